import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DefaultHttpStack } from 'tus-js-client'
import { assertStored, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { LIES, Network } from './lib/network.mjs'
import { count } from './lib/persistent.mjs'
import { Random } from './lib/random.mjs'
import { accountOf } from './lib/sent-twice.mjs'
import { Server } from './lib/server.mjs'
import { head } from './lib/tus.mjs'
import { finish, uploadOf } from './lib/tusjs.mjs'

const MiB = 1 << 20
const UPLOADS = Number(process.env.E2E_NETWORK_UPLOADS ?? 4)
const CUTS = Number(process.env.E2E_NETWORK_CUTS ?? 12)
const SIZE = Number(process.env.E2E_NETWORK_MIB ?? 32) * MiB
const MIB_PER_SECOND = Number(process.env.E2E_NETWORK_MIB_PER_SECOND ?? 4)
const AT_ONCE = 4

// Each makes the client forget its upload, and costs what it sends until it learns that the upload is there. 3 % is for five in 64 MiB.
const LIES_EACH = Math.max(1, Math.floor(LIES.length * Math.min(1, SIZE / (64 * MiB))))

// Of the bytes that were kept; what counts, and what was lost in flight and does not, is said at accountOf.
const ALLOWED = 0.03

// An upload that meets several accidents in a row must not run out of tries; and nobody here waits for a network to get better.
const retryDelays = [0, ...Array.from({ length: CUTS + 50 }, () => 20)]
const WAYS = [
  { chunkSize: Infinity },
  { chunkSize: 8 * MiB },
  { chunkSize: Infinity, uploadDataDuringCreation: true },
  { chunkSize: 8 * MiB, uploadDataDuringCreation: true },
]

let server

before(async () => { server = await Server.start() })
after(() => server?.dispose())

test('The account of what was sent knows what was kept, had before, lost in flight and in vain', () => {
  const story = [
    { from: 0, sent: 100, cut: true }, { told: 60 }, // 40 lost
    { from: 0, sent: 30, cut: false }, // 30 again
    { from: 0, sent: 80, cut: false }, { told: 60 }, // 60 again, 20 in vain
    { from: 60, sent: 50, cut: true }, { from: 60, sent: 25, cut: true }, { told: 70 }, // 10 kept, 40 lost; 10 again, 15 lost
    { from: 70, sent: 30, cut: false }, { told: 100 },
  ]

  assert.deepEqual(accountOf(story), { sent: 315, kept: 100, again: 100, lost: 95, vain: 20 })
})

for (const uploadDataDuringCreation of [false, true]) {
  const way = uploadDataDuringCreation ? 'whose POST brings bytes' : 'that lost its storage'

  test(`A fresh tus-js-client ${way} goes on at the server's offset by its resumeKey`, async () => {
    const content = new Content(`fresh ${way}`, 12 * MiB + 3)
    const metadata = { filename: 'fresh.bin', resumeKey: `fresh ${way}` }
    const kept = await begin(content, metadata)
    const fresh = uploadOf(content, `${server.url}/uploads`, { chunkSize: 4 * MiB, metadata, uploadDataDuringCreation })

    const id = await finish(fresh)

    assert.equal(id, kept.id)
    const asks = uploadDataDuringCreation
      ? [['POST', 201, String(4 * MiB)]]
      : [['POST', 201, undefined], ['PATCH', 409, String(4 * MiB)], ['HEAD', 200, String(4 * MiB)]]
    const told = fresh.requests.map(({ method, status, offset }) => [method, status, offset])
    assert.deepEqual(told.slice(0, asks.length), asks)
    assert.deepEqual(
      told.slice(asks.length), [8 * MiB, 12 * MiB, content.size].map((offset) => ['PATCH', 204, String(offset)]))
    await assertStored(server, await ready(server, id), content)
  })
}

for (const [other, change] of [
  ['another length', ({ size, ...rest }) => ({ size: size + 1, ...rest })],
  ['another user', (upload) => ({ ...upload, headers: { 'X-TusUpload-User': 'somebody-else' } })],
]) {
  test(`A resumeKey with ${other} never finds an upload`, async () => {
    const metadata = { filename: 'mine.bin', resumeKey: `mine, not ${other}` }
    const mine = new Content('mine', 8 * MiB)
    const kept = await begin(mine, metadata)
    const { size, headers } = change({ size: mine.size })
    const theirs = new Content(`theirs ${other}`, size)
    const stranger = uploadOf(theirs, `${server.url}/uploads`, { metadata, headers })

    const id = await finish(stranger)

    assert.notEqual(id, kept.id)
    assert.deepEqual(stranger.requests.map(({ method, status }) => [method, status]), [['POST', 201], ['PATCH', 204]])
    const still = await head(kept.url)
    assert.deepEqual([still.status, still.offset], [200, 4 * MiB])
    await assertStored(server, await ready(server, id, { headers }), theirs, { headers })
  })
}

// After the others: a server's first requests are slow, and what a client sends in vain is the bandwidth times the time to an answer.
test(`tus-js-client sends nearly nothing twice over a network that is cut ${CUTS} times and lies about uploads`, async (t) => {
  const random = new Random()
  t.diagnostic(`E2E_SEED=${random.seed}`)
  const begun = Date.now()
  const total = { sent: 0, kept: 0, again: 0, lost: 0, vain: 0 }
  const requests = {}
  let worst = 0
  let next = 0

  const run = async () => {
    while (next < UPLOADS) {
      const index = next++
      const { account, network, upload } = await uploadOver(t, index, new Random(random.seed + index))
      upload.requests.forEach(({ method, status }) => count(requests, `${method} ${status}`))
      Object.keys(total).forEach((name) => { total[name] += account[name] })
      worst = Math.max(worst, (account.again + account.vain) / SIZE)
      t.diagnostic(`${index}: ${JSON.stringify({ ...account, ...network.done })}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, run))

  const share = (bytes) => `${(bytes / MiB).toFixed(2)} MiB (${(100 * bytes / total.kept).toFixed(3)} %)`
  t.diagnostic(`${UPLOADS} uploads of ${SIZE / MiB} MiB, ${UPLOADS * CUTS} cuts, ${((Date.now() - begun) / 1000).toFixed(1)} s: `
    + `again ${share(total.again)}, in vain ${share(total.vain)}, of one upload at most ${(100 * worst).toFixed(3)} %, `
    + `lost in flight ${share(total.lost)}; ${JSON.stringify(requests)}`)
  assert.ok(total.again + total.vain <= ALLOWED * total.kept, `sent twice: ${JSON.stringify(total)}`)
  LIES.slice(0, UPLOADS * LIES_EACH).forEach((status) => assert.ok(requests[`HEAD ${status}`] > 0, `a HEAD was answered ${status}`))
})

/** Brings the first 4 MiB, and is forgotten. */
async function begin(content, metadata) {
  const first = uploadOf(content, `${server.url}/uploads`, { chunkSize: 4 * MiB, metadata })
  await new Promise((resolve, reject) => {
    first.upload.options.onChunkComplete = () => first.upload.abort().then(resolve)
    first.upload.options.onError = reject
    first.upload.start()
  })
  const { url } = first.upload
  assert.equal((await head(url)).offset, 4 * MiB)
  return { url, id: url.split('/').at(-1) }
}

async function uploadOver(t, index, random) {
  const content = new Content(`network-${random.seed}`, SIZE)
  const lies = Array.from({ length: LIES_EACH }, (_, lie) => LIES[(index * LIES_EACH + lie) % LIES.length])
  const network = await Network.open(server, random, SIZE, { cuts: CUTS, bytesPerSecond: MIB_PER_SECOND * MiB, lies })
  t.after(() => network.close())
  const upload = uploadOf(content, `${network.url}/uploads`, {
    ...WAYS[index % WAYS.length],
    retryDelays,
    metadata: { filename: 'network.bin', resumeKey: `network-${random.seed}` },
    httpStack: new DefaultHttpStack({ agent: network.agent }),
  })
  const id = await finish(upload)
  await network.close()
  const account = accountOf(network.story)
  assert.equal(network.cuts, CUTS)
  assert.equal(account.kept, SIZE, 'every byte was kept once')
  await assertStored(server, await ready(server, id), content)
  return { account, network, upload }
}
