import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertStored, assertUsage, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { Feed } from './lib/feed.mjs'
import { serve } from './lib/serve.mjs'
import { finish, uploadOf } from './lib/tusjs.mjs'
import { until } from './lib/until.mjs'

const MiB = 1 << 20
const SIZE = 64 * MiB
const PARTS = 4

const PARALLEL = { parallelUploads: PARTS, chunkSize: MiB }

test('tus-js-client uploads four parts at once, and its server is killed in the middle', async (t) => {
  const { server, passed } = await serve(t)
  const content = new Content('parallel', SIZE)
  const { upload, requests } = uploadOf(content, `${server.url}/uploads`, {
    ...PARALLEL,
    retryDelays: Array(60).fill(500),
    metadata: { filename: 'parallel.bin' },
  })
  let sent = 0
  upload.options.onProgress = (bytes) => { sent = bytes }

  const done = finish({ upload })
  await until('half of the bytes are sent', () => sent >= SIZE / 2, { within: 60_000, every: 1 })
  await server.kill()
  const taken = requests.filter((request) => request.method === 'PATCH' && request.status === 204).length
  assert.ok(taken > 0 && taken < SIZE / MiB, `${taken} chunks were taken before`)
  await server.start()
  const id = await done

  const file = await ready(server, id, { within: 30_000 })
  await assertStored(server, file, content)
  await assertUsage(server, SIZE)
  assert.equal(file.fileName, 'parallel.bin')
  assert.equal(requests.filter((request) => request.method === 'POST' && request.status === 201).length, PARTS + 1, 'no part was started again')
  assert.ok(requests.some((request) => request.method === 'HEAD' && request.status === 200), 'parts were resumed')
  assert.deepEqual((await get(server, 'uploads')).items.map((item) => item.id), [id], 'parts are not listed')
  assert.equal((await get(server, 'files')).items.length, 1)
  await until('nothing is held', async () => (await get(server, 'usage')).user.reserved === 0)
  await assertAnnouncedAlone(server, id)
  passed()
})

test('A client that lost the answer to its last request is given the upload that it made', async (t) => {
  const { server, passed } = await serve(t)
  const content = new Content('parallel-again', 8 * MiB)
  const first = uploadOf(content, `${server.url}/uploads`, PARALLEL)
  const id = await finish(first)
  await ready(server, id, { within: 30_000 })

  const second = uploadOf(content, `${server.url}/uploads`, PARALLEL)
  second.upload.resumeFromPreviousUpload({ parallelUploadUrls: first.upload._parallelUploadUrls, urlStorageKey: 'kept' })
  const again = await finish(second)

  assert.equal(again, id)
  assert.deepEqual(
    second.requests.map((request) => `${request.method} ${request.status}`).sort(), ['HEAD 200', 'HEAD 200', 'HEAD 200', 'HEAD 200', 'POST 201'])
  passed()
})

async function assertAnnouncedAlone(server, id) {
  const feed = await Feed.open(server, 0)
  try {
    await feed.heard('file.ready', id)
    assert.deepEqual(feed.about(id).map((event) => event.type), ['upload.created', 'upload.received', 'file.processing', 'file.ready'])
    assert.deepEqual([...new Set(feed.events.map((event) => event.data.subject))], [id], 'nobody heard of the parts')
  } finally {
    await feed.close()
  }
}
