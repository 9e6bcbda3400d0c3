import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { assertStored, assertUsage, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { serve } from './lib/serve.mjs'
import { head, patch, post } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const MiB = 1 << 20

// The host's limit of 30 s, and what Postgres takes to stop.
const SHUTDOWN_LIMIT = 40_000

test('SIGTERM during a PATCH commits its offset, ends the process, and the next start resumes there', async (t) => {
  // No checkpoint comes before the signal: what is committed is committed by the shutdown.
  const { server, passed } = await serve(t, { 'Sessions:CheckpointInterval': '00:05:00' })
  const content = new Content('shutdown', 48 * MiB)
  const arrives = 20 * MiB + 1_234
  const created = await post(server, { size: content.size })
  const body = new PassThrough()
  const answer = patch(created.url, 0, body, { length: content.size }).catch((lost) => lost)
  body.write(content.bytes(0, arrives))
  await until('the server has what was sent', async () => (await get(server, `uploads/${created.id}`)).uploadedSize === arrives)

  const end = await server.stop()

  const told = await answer
  t.diagnostic(`stopped in ${end.ms} ms; the PATCH was answered ${told.status ?? told.message}`)
  assert.deepEqual([end.code, end.signal], [0, null])
  assert.ok(end.ms < SHUTDOWN_LIMIT)
  assert.ok(told.status === undefined || told.status === 423, `the PATCH was answered ${told.status}`)
  assert.equal(server.postgresPid, undefined, 'Postgres has stopped with it')

  await server.start()
  const kept = await head(created.url)
  assert.deepEqual([kept.status, kept.offset], [200, arrives])
  assert.equal((await patch(created.url, arrives, content.stream(arrives), { length: content.size - arrives })).status, 204)
  await assertStored(server, await ready(server, created.id), content)
  await assertUsage(server, content.size)
  passed()
})
