// How long a client that comes back waits for its upload while its old connection is silent: from its first HEAD, or from the death of the node,
// until bytes of its PATCH are taken. Run by hand: see ../README.md.
import { PassThrough } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { get } from '../lib/api.mjs'
import { Nodes } from '../lib/nodes.mjs'
import { head, patch, post } from '../lib/tus.mjs'
import { until } from '../lib/until.mjs'

const TIMES = Number(process.env.BENCH_TIMES ?? 100)
const KILLED_TIMES = Number(process.env.BENCH_KILLS ?? TIMES)
const AT_ONCE = Number(process.env.BENCH_AT_ONCE ?? 10)
const HALF = 100_000
const ASK_AGAIN = 50

const nodes = await Nodes.start(2)
try {
  const [one, other] = nodes.nodes
  print('same node', await repeat(TIMES, () => takeOver(one, one)))
  print('other node', await repeat(TIMES, () => takeOver(one, other)))
  print('node killed', await kills())
} finally {
  await nodes.dispose()
}

async function repeat(times, measure) {
  await measure()
  const took = []
  for (let time = 0; time < times; time++) {
    took.push(await measure())
  }

  return took
}

async function takeOver(holder, asked) {
  const upload = await silent(holder)
  const took = await resume(asked, upload, performance.now())
  await upload.old
  return took
}

// Each death is shared by some uploads: what is measured is the heartbeat, which they share too.
async function kills() {
  const took = []
  while (took.length < KILLED_TIMES) {
    const victim = await nodes.add()
    const uploads = await Promise.all(Array.from({ length: AT_ONCE }, () => silent(victim)))
    await pause(Math.random() * 3_000)
    const begun = performance.now()
    await victim.kill()
    took.push(...await Promise.all(uploads.map((upload) => resume(nodes.nodes[1], upload, begun))))
  }

  return took.slice(0, KILLED_TIMES)
}

async function silent(node) {
  const created = await post(node, { size: 2 * HALF })
  const body = new PassThrough()
  const old = patch(created.url, 0, body, { length: 2 * HALF }).catch(() => undefined)
  body.write(Buffer.alloc(HALF))
  await until('the bytes are there', async () => (await get(node, `uploads/${created.id}`)).uploadedSize === HALF, { every: 5 })
  return { id: created.id, old }
}

async function resume(node, upload, begun) {
  const url = `${node.url}/uploads/${upload.id}`
  for (;;) {
    const found = await head(url)
    if (found.status === 200) {
      const answer = await patch(url, found.offset, Buffer.alloc(2 * HALF - found.offset), { length: 2 * HALF - found.offset })
      if (answer.status === 204) {
        return performance.now() - begun
      }
    } else {
      await pause(ASK_AGAIN)
    }
  }
}

function print(what, took) {
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)].toFixed(1)
  console.log(`${what}: n ${sorted.length}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`)
}
