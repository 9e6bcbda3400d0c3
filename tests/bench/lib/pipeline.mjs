// What only our server does: what becomes of files after their last byte.
import { randomBytes } from 'node:crypto'
import { Agent } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { createBatch } from '../../e2e/lib/api.mjs'
import { Feed } from '../../e2e/lib/feed.mjs'
import { exchange } from '../../e2e/lib/http.mjs'
import { until } from '../../e2e/lib/until.mjs'
import { medianOf } from './table.mjs'

const FILES = Number(process.env.BENCH_FILES ?? 20_000)
const RATE = 50
const SECONDS = Number(process.env.BENCH_LATENCY_SECONDS ?? 20)

/** Files of 64 KiB as fast as they can be sent, all stored, recorded and announced: how many a second. */
export async function pipelineOf(peer, load) {
  try {
    await load(peer, ['whole', '--count', 500])
    const batch = await createBatch(peer.server, FILES)
    const feed = await Feed.open(peer.server, 0)
    const begun = Date.now()
    const received = await load(peer, ['whole', '--clients', 8, '--count', FILES], ['--metadata', `batchId ${Buffer.from(batch.id).toString('base64')}`])
    await until('the batch has ended', () => feed.events.some((event) => event.type === 'batch.completed' && event.data.subject === batch.id), { within: 600_000 })
    const seconds = (Date.now() - begun) / 1000
    await feed.close()
    return `${FILES} files of 64 KiB: received at ${received.rps.toFixed(0)}/s, stored, recorded and announced at ${(FILES / seconds).toFixed(0)}/s`
  } finally {
    await peer.stop()
  }
}

/** Files of 1 MiB at a steady rate: how long after the answer to its last byte a file is announced as ready. */
export async function latencyOf(peer) {
  const agent = new Agent({ keepAlive: true })
  try {
    const feed = await Feed.open(peer.server, 0)
    const answered = new Map()
    const body = randomBytes(1 << 20)
    const sending = []
    for (let sent = 0; sent < RATE * SECONDS; sent++) {
      const next = pause(1_000 / RATE)
      sending.push(send(peer, agent, body, answered))
      await next
    }

    await Promise.all(sending)
    const ready = () => feed.events.filter((event) => event.type === 'file.ready')
    await until('all are ready', () => ready().length === answered.size, { within: 60_000, every: 200 })
    await feed.close()
    const waits = ready().map((event) => Math.max(0, event.at - answered.get(event.data.subject))).sort((one, other) => one - other)
    return `${waits.length} files of 1 MiB at ${RATE}/s: p50 ${medianOf(waits)} ms, p95 ${waits[Math.floor(waits.length * 0.95)]} ms, p99 ${waits[Math.floor(waits.length * 0.99)]} ms`
  } finally {
    agent.destroy()
    await peer.stop()
  }
}

async function send(peer, agent, body, answered) {
  const answer = await exchange('POST', peer.url, {
    agent, body,
    headers: {
      'Tus-Resumable': '1.0.0', 'Upload-Length': body.length, 'Content-Length': body.length, 'Content-Type': 'application/offset+octet-stream',
    },
  })
  if (answer.status !== 201) {
    throw new Error(`POST was answered ${answer.status}`)
  }

  answered.set(answer.headers.location.split('/').at(-1), Date.now())
}
