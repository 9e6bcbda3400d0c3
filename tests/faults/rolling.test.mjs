import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setMaxListeners } from 'node:events'
import { assertStored, assertUsage, ready } from '../e2e/lib/api.mjs'
import { Content } from '../e2e/lib/content.mjs'
import { until } from '../e2e/lib/until.mjs'
import { Cluster } from './lib/cluster.mjs'
import { Story } from './lib/story.mjs'
import { hasTools } from './lib/tools.mjs'
import { runTusJs } from './lib/tusjs.mjs'

const KiB = 1 << 10
const UPLOADS = 50
const SIZE = 4_096 * KiB
const CHUNKS = [Infinity, 300 * KiB, 64 * KiB]

// Slow enough to be running at every restart, however long one takes: the lines are opened wide after the last.
const SLOW = 16 * KiB
const FAST = 2_048 * KiB

const HARMLESS = new Set(['POST 201', 'PATCH 204', 'PATCH 409', 'PATCH 423', 'PATCH lost', 'HEAD 200', 'HEAD 423', 'HEAD lost'])

test(`${UPLOADS} running uploads survive a rolling restart of three nodes`, async (t) => {
  if (!hasTools(t)) {
    return
  }

  const cluster = await Cluster.start({ nodes: 3 })
  t.after(() => cluster.stop())
  const aborter = new AbortController()
  setMaxListeners(0, aborter.signal)
  t.after(() => aborter.abort())
  const rate = { bytesPerSecond: SLOW }
  const stories = Array.from({ length: UPLOADS }, (_, index) => new Story(`rolling/${index}`, 'tusjs', new Content(`rolling-${index}`, SIZE)))
  const runs = Promise.all(stories.map((story, index) => runTusJs(story, {
    url: cluster.url,
    headers: {},
    metadata: { filename: `${index}.bin`, resumeKey: story.name },
    rate,
    chunkSize: CHUNKS[index % CHUNKS.length],
    signal: aborter.signal,
  }).then(() => { story.isDone = true })))
  runs.catch(() => {})
  await until('every upload runs', () => stories.every((story) => story.ids.length === 1), { within: 60_000 })

  const took = []
  for (const node of cluster.nodes) {
    assert.equal(stories.filter((story) => story.isDone).length, 0, 'every upload is running at every restart')
    const end = await node.terminate()
    assert.deepEqual([end.code, end.signal], [0, null])
    took.push(end.ms)
    await node.start()
    await until('it is ready again', () => node.isReady(), { within: 60_000, every: 50 })
  }

  rate.bytesPerSecond = FAST
  await runs

  const answers = {}
  stories.forEach((story) => Object.entries(story.answers).forEach(([what, times]) => { answers[what] = (answers[what] ?? 0) + times }))
  t.diagnostic(`nodes ended in ${took.join(', ')} ms; ${JSON.stringify(answers)}`)
  assert.deepEqual(Object.keys(answers).filter((answer) => !HARMLESS.has(answer)), [])
  assert.equal(answers['POST 201'], UPLOADS, 'none was begun again')
  assert.deepEqual(stories.flatMap((story) => story.violations), [])
  const server = { url: cluster.quietUrl }
  for (const story of stories) {
    await assertStored(server, await ready(server, story.ids[0], { within: 60_000 }), story.content)
  }

  await assertUsage(server, UPLOADS * SIZE)
})
