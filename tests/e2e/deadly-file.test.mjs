import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertStored, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { Database, withoutPsql } from './lib/database.mjs'
import { exchange } from './lib/http.mjs'
import { serve } from './lib/serve.mjs'
import { post } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const LIMIT = 3

test(`a file that ${LIMIT} processes died with fails and can be replayed; the server lives on`, { skip: withoutPsql }, async (t) => {
  const { server, passed } = await serve(t, { 'Jobs:CrashLimit': LIMIT, 'Jobs:InvisibilityTimeout': '00:00:05' })
  const database = new Database(server)
  t.after(() => database.dispose())

  // Every run comes as far as the end of its first step, and waits there for its death.
  await database.hold('verify')
  const content = new Content('deadly', 100_000)
  const { id } = await post(server, { size: content.size, body: content.bytes(0) })
  for (let death = 1; death <= LIMIT; death++) {
    await until('a run works on the file', () => database.waiting > 0)
    assert.equal(database.json(`SELECT open_runs FROM tus_upload.files WHERE id = '${id}'`), death)
    await server.kill()
    database.endWaiting()
    await server.start()
  }

  const failed = await until('the file has failed', async () => {
    const file = await get(server, `files/${id}`)
    return file.processingStatus === 'failed' && file
  })
  assert.equal(failed.rejection.code, 'processing_crashed')
  assert.equal((await get(server, 'usage')).user.reserved, content.size, 'what it holds is kept')

  await database.letGo('verify')
  const other = new Content('harmless', 50_000)
  const beside = await post(server, { size: other.size, body: other.bytes(0) })
  await assertStored(server, await ready(server, beside.id), other)
  assert.equal((await get(server, `files/${id}`)).processingStatus, 'failed', 'nobody tries it again by itself')
  const replayed = await exchange('POST', `${server.url}/api/v1/files/${id}/replay`, { headers: { 'Content-Length': 0 } })
  assert.ok(replayed.status < 300, `${replayed.status} ${replayed.body}`)
  await assertStored(server, await ready(server, id), content)
  passed()
})
