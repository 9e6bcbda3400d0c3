import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertStored, assertUsage, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { Database, withoutPsql } from './lib/database.mjs'
import { serve } from './lib/serve.mjs'
import { patch, post } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const MiB = 1 << 20
const SIZE = Number(process.env.E2E_REQUEUE_MIB ?? 512) * MiB
const NEVER = '01:00:00'

// Nothing that looks for the jobs of dead processes, or for jobs that nobody told it of, does so while the test runs.
const SETTINGS = {
  'Content:Shared': true,
  'Jobs:InvisibilityTimeout': NEVER,
  'Jobs:NodeSilence': NEVER,
  'Jobs:SweepInterval': NEVER,
  'Jobs:UnqueuedAfter': NEVER,
  'Jobs:PollInterval': NEVER,
  'Jobs:CrashLimit': 1,
}

test('a job that a shutdown interrupts goes on at its step in another process', { skip: withoutPsql }, async (t) => {
  const { server: holds, passed: held } = await serve(t, { ...SETTINGS, Roles: 'dashboard' })
  const database = new Database(holds)
  const nodes = []
  for (let node = 0; node < 2; node++) {
    nodes.push(await serve(t, {
      ...SETTINGS,
      'ConnectionStrings:Postgres': database.connectionString,
      'Content:Path': join(holds.dataPath, 'content'),
      'Storage:LocalPath': join(holds.dataPath, 'objects'),
    }))
  }

  t.after(() => database.dispose())
  const [first, second] = nodes.map(({ server }) => server)
  await database.hold('verify')
  await database.hold('store')
  const content = new Content('requeued', SIZE)
  const { id, path } = await uploadInHalves(first, second, content)

  const verifying = await worker(database, id, [first, second])
  t.diagnostic(database.waiting > 0 ? 'the step was done but for its entry in the journal' : 'the content was being read')
  await ends(verifying)
  const storing = await worker(database, id, [first, second].filter((node) => node !== verifying))
  assert.deepEqual(journal(database, id), {}, 'no half of a step is journalled')
  assert.equal(runs(database, id), 1, 'the one that runs now')

  await database.letGo('verify')
  const verified = await until('verify is journalled', () => journal(database, id).verify)
  await until('store waits', () => database.waiting > 0)
  await verifying.start()
  await ends(storing)
  await worker(database, id, [verifying])
  assert.deepEqual(journal(database, id), { verify: verified })

  await database.letGo('store')
  await assertStored(verifying, await ready(verifying, id), content)
  assert.equal(journal(database, id).verify, verified, 'what was journalled is not done again')
  assert.equal(runs(database, id), 0)
  assert.equal(database.json(`SELECT count(*) FROM tus_upload.outbox WHERE subject = '${id}' AND type = 'file.ready'`), 1)
  assert.equal(database.json('SELECT count(*) FROM hangfire.job'), 1, 'it was one job from first to last')
  await assertUsage(verifying, content.size)
  t.diagnostic(`${path} went through three processes`)
  nodes.forEach(({ passed }) => passed())
  held()
})

/** The halves arrive at different processes, so that neither has the digest, and verify has to make it. */
async function uploadInHalves(first, second, content) {
  const half = content.size / 2
  const { id, url } = await post(first, { size: content.size })
  const { pathname: path } = new URL(url)
  for (const [node, offset] of [[first, 0], [second, half]]) {
    const answer = await patch(`${node.url}${path}`, offset, content.stream(offset, offset + half), { length: half })
    assert.equal(answer.status, 204, answer.body)
  }

  return { id, path }
}

/** The server that works on the file, as soon as it is one of these. */
function worker(database, id, servers) {
  return until('another process works on the file', () => {
    const pid = database.json(`SELECT process_id FROM tus_upload.files JOIN tus_upload.nodes ON nodes.id = processing_node WHERE files.id = '${id}'`)
    return servers.find((server) => server.isRunning && server.pid === pid)
  }, { within: 60_000 })
}

async function ends(server) {
  const end = await server.stop()
  assert.deepEqual([end.code, end.signal], [0, null])
}

/** When each step was done. */
const journal = (database, id) =>
  database.json(`SELECT coalesce(json_object_agg(step, finished_at), '{}') FROM tus_upload.step_journal WHERE file_id = '${id}'`)

const runs = (database, id) => database.json(`SELECT open_runs FROM tus_upload.files WHERE id = '${id}'`)
