import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertStored, assertUsage, createBatch, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { Feed } from './lib/feed.mjs'
import { serve } from './lib/serve.mjs'
import { head } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const MiB = 1 << 20
const SIZE = 256 * MiB
const READY_WITHIN = Number(process.env.E2E_READY_WITHIN_MS ?? 10_000)
const CLIENT = fileURLToPath(new URL('clients/resumable.mjs', import.meta.url))
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

test('A killed tus client resumes from its stored URL, and file, usage, batch and feed agree', async (t) => {
  const { server, passed } = await serve(t, { 'Notifications:ProgressInterval': '00:00:00.100' })
  const content = new Content('flow', SIZE)
  const feed = await Feed.open(server, 0)
  t.after(() => feed.close())
  const batch = await createBatch(server, 1)
  const order = {
    endpoint: `${server.url}/uploads`,
    seed: 'flow',
    size: SIZE,
    chunkSize: 8 * MiB,
    urls: join(server.dataPath, 'urls.json'),
    metadata: { filename: 'holiday.mov', filetype: 'video/quicktime', batchId: batch.id },
  }

  const first = startClient(t, order)
  await until('half of the bytes are accepted', () => first.accepted >= SIZE / 2, { within: 60_000, every: 1 })
  first.process.kill('SIGKILL')
  await first.ended
  const id = first.url.split('/').at(-1)
  const kept = await head(first.url)
  assert.equal(kept.status, 200)
  assert.ok(kept.offset >= first.accepted && kept.offset < SIZE, `kept ${kept.offset} of ${first.accepted} accepted`)
  const upload = await get(server, `uploads/${id}`)
  assert.deepEqual({ total: upload.totalSize, offset: upload.uploadedSize }, { total: SIZE, offset: kept.offset })

  const second = startClient(t, order)
  await until('the last byte is sent', () => second.lastByteSent ?? second.trouble, { within: 60_000, every: 1 })
  const lastByte = Date.now()
  const file = await ready(server, id, { within: 30_000 })
  const delay = Date.now() - lastByte
  await second.ended
  assert.equal(second.trouble, undefined)
  assert.deepEqual([second.requests[0].method, second.requests[0].status, Number(second.requests[0].offset)], ['HEAD', 200, kept.offset])
  assert.ok(second.requests.every((request) => request.method !== 'POST'), 'the upload was not started again')
  t.diagnostic(`killed after ${first.accepted / MiB} MiB, resumed at ${(kept.offset / MiB).toFixed(1)} MiB, ready ${delay} ms after the last byte`)
  assert.ok(delay < READY_WITHIN, `ready ${delay} ms after the last byte`)

  await assertStored(server, file, content)
  assert.deepEqual(
    { name: file.fileName, type: file.contentType, batch: file.batchId, rejection: file.rejection },
    { name: 'holiday.mov', type: 'video/quicktime', batch: batch.id, rejection: null })
  await assertUsage(server, SIZE)
  const { id: batchId, status, totalFiles, processedFiles, failedFiles, totalBytes } = await get(server, `batches/${batch.id}`)
  assert.deepEqual({ batchId, status, totalFiles, processedFiles, failedFiles, totalBytes }, {
    batchId: batch.id, status: 'completed', totalFiles: 1, processedFiles: 1, failedFiles: 0, totalBytes: SIZE,
  })

  await feed.heard('batch.completed', batch.id)
  const replay = await Feed.open(server, 0)
  t.after(() => replay.close())
  await replay.heard('batch.completed', batch.id)
  for (const heard of [feed, replay]) {
    assertAnnouncedOnce(heard.about(id, batch.id))
  }

  const progress = feed.events.filter((event) => event.type === 'upload.progress')
  assert.ok(progress.length > 0, 'progress is announced')
  assert.ok(progress.every((event) => event.id === undefined && event.data.subject === id), 'progress has no place in the feed')
  passed()
})

function startClient(t, order) {
  const client = { accepted: 0, process: fork(CLIENT, [JSON.stringify(order)]) }
  client.process.on('message', (message) => Object.assign(client, message))
  client.ended = once(client.process, 'exit')
  t.after(() => client.process.kill('SIGKILL'))
  return client
}

function assertAnnouncedOnce(events) {
  assert.deepEqual(
    events.map((event) => event.type), ['upload.created', 'upload.received', 'file.processing', 'file.ready', 'batch.completed'])
  for (const { id, type, data } of events) {
    assert.equal(data.specversion, '1.0')
    assert.match(data.id, UUID)
    assert.equal(data.type, type)
    assert.ok(data.source.length > 0)
    assert.equal(new Date(data.time).toISOString().slice(0, 19), data.time.slice(0, 19))
    assert.equal(data.datacontenttype, 'application/json')
    assert.equal(data.sequence, String(id))
    assert.equal(data.data.id, data.subject)
  }

  assert.equal(new Set(events.map((event) => event.data.id)).size, events.length, 'ids are unique')
  assert.deepEqual(events.map((event) => event.id), events.map((event) => event.id).sort((a, b) => a - b), 'places rise')
  assert.equal(events[3].data.data.sha256.length, 64)
}
