import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { get } from '../e2e/lib/api.mjs'
import { Server } from '../e2e/lib/server.mjs'
import { head, post } from '../e2e/lib/tus.mjs'
import { until } from '../e2e/lib/until.mjs'
import { Postgres } from './lib/postgres.mjs'
import { hasTools } from './lib/tools.mjs'

const KNOWN = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lists'"

for (const others of ['', ',127.0.0.1:1']) {
  test(`Lists come from a replica as old as it is, nothing else does, and from the primary while it is away${others && ', of several'}`, async (t) => {
    if (hasTools(t)) {
      await listsFrom(t, others)
    }
  })
}

async function listsFrom(t, others) {
  const folder = mkdtempSync(join(tmpdir(), 'tus-upload-replica-'))
  chmodSync(folder, 0o755)
  const started = []
  t.after(async () => {
    await Promise.all(started.map((one) => one.dispose?.() ?? one.quit()))
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  const primary = await Postgres.start(folder)
  started.push(primary)
  const standby = await Postgres.startStandby(folder, primary)
  started.push(standby)
  const address = (port, more = '') => `Host=127.0.0.1:${port}${more};Username=tus_upload;Database=tus_upload`
  const server = await Server.start({
    'ConnectionStrings:Postgres': address(primary.port),
    'ConnectionStrings:PostgresReadOnly': `${address(standby.port, others)};Application Name=lists`,
  })
  started.unshift(server)
  const listed = async () => (await get(server, 'files')).items.map((file) => file.id)

  const first = await store(server)
  await until('the replica has the first file', async () => (await listed()).includes(first))
  assert.equal(await standby.sql.text(KNOWN), '1')

  await standby.sql.text('SELECT pg_wal_replay_pause()')
  const second = await store(server)
  assert.deepEqual(await listed(), [first])

  await standby.kill()
  assert.deepEqual((await listed()).sort(), [first, second].sort())

  await standby.up()
  await until('lists are read from the replica again', async () => (await listed()).length === 2 && await standby.sql.text(KNOWN) === '1', { within: 30_000 })
}

/** A file that is ready, by what must never be old. */
async function store(server) {
  const created = await post(server, { size: 5, body: Buffer.from('hello') })
  assert.equal(created.status, 201)
  assert.equal((await head(created.url)).offset, 5)
  const id = created.url.split('/').at(-1)
  await until('the file is ready', async () => (await get(server, `files/${id}`)).processingStatus === 'ready')
  return id
}
