import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { get } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { Feed } from './lib/feed.mjs'
import { exchange } from './lib/http.mjs'
import { Random } from './lib/random.mjs'
import { serve } from './lib/serve.mjs'
import { post } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const KILLS = Number(process.env.E2E_BATCH_KILLS ?? 4)
const FILES = 24

test(`an all-or-nothing batch whose server is killed ${KILLS} times is seen at once and ends once`, async (t) => {
  const { server, passed } = await serve(t, { 'Jobs:InvisibilityTimeout': '00:00:05' })
  const random = new Random()
  t.diagnostic(`E2E_SEED=${random.seed}`)
  const contents = Array.from({ length: FILES }, (_, i) => new Content(`${random.seed}-${i}`, random.between(1, 100_000)))
  const batch = await create(server, { allOrNothing: true, manifest: contents.map(({ size }, i) => ({ name: `file ${i}`, size })) })
  const seen = new Set()

  for (const [i, content] of contents.entries()) {
    // Without an answer the key finds the upload that was made, if one was: its line is taken.
    const metadata = { filename: `file ${i}`, batchId: batch.id, resumeKey: `file ${i}` }
    const joined = until('the upload is taken', async () => {
      const answer = await post(server, { size: content.size, metadata, body: content.bytes(0) })
      return (answer.status === 201 || answer.status === 200) && answer
    }, { within: 60_000, every: 50 })
    if (i % Math.ceil(FILES / KILLS) === 0) {
      await pause(random.between(0, 60))
      await server.kill()
      await server.start()
      seen.add((await get(server, `files?batchId=${batch.id}`)).items.length)
    }

    await joined
  }

  const ended = await until('the batch ends', async () => {
    const found = await get(server, `batches/${batch.id}`)
    seen.add((await get(server, `files?limit=200&batchId=${batch.id}`)).items.length)
    return found.status !== 'open' && found
  }, { within: 60_000 })
  seen.add((await get(server, `files?limit=200&batchId=${batch.id}`)).items.length)
  assert.deepEqual([ended.status, ended.totalFiles, ended.processedFiles], ['completed', FILES, FILES])
  assert.deepEqual([...seen].sort((a, b) => a - b), [0, FILES], 'none of them, then all')
  assert.deepEqual((await get(server, 'usage/drift')).items, [])
  const feed = await Feed.open(server, 0)
  t.after(() => feed.close())
  await feed.heard('batch.completed', batch.id)
  assert.equal(feed.about(batch.id).length, 1)
  passed()
})

async function create(server, wishes) {
  const body = Buffer.from(JSON.stringify(wishes))
  const answer = await exchange('POST', `${server.url}/api/v1/batches`, {
    headers: { 'Content-Type': 'application/json', 'Content-Length': body.length }, body,
  })
  assert.equal(answer.status, 201, `POST batches: ${answer.status} ${answer.body}`)
  return answer.json
}
