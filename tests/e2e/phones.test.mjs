import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { TusJava } from './clients/tus-java.mjs'
import { TusKit, UploadFailed } from './clients/tuskit.mjs'
import { assertStored, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { Cutter } from './lib/cutter.mjs'
import { Server } from './lib/server.mjs'
import { post, terminate } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const MiB = 1 << 20
const KiB = 1 << 10

let server

before(async () => { server = await Server.start() })
after(() => server?.dispose())

test('A client like TUSKit understands which extensions there are', async () => {
  const extensions = await new TusKit(`${server.url}/uploads`, new Content('info', 1)).serverInfo()

  const offered = ['creation', 'creation-with-upload', 'creation-defer-length', 'termination', 'expiration']
  assert.deepEqual(offered.filter((name) => !extensions.includes(name)), [])
})

test('A client like TUSKit uploads in steps of 500 KiB', async () => {
  const content = new Content('tuskit', 3 * MiB + 17)
  const client = new TusKit(`${server.url}/uploads`, content)

  await client.upload()

  assert.deepEqual(client.requests.map(({ method, status }) => `${method} ${status}`), ['POST 201', ...Array(7).fill('PATCH 204')])
  await assertStored(server, await ready(server, client.url.split('/').at(-1)), content)
})

test('A client like TUSKit whose connection was cut goes on where the server is, when its app asks once more', async (t) => {
  const content = new Content('tuskit cut', 4 * MiB)
  const cutter = await Cutter.open(t, server, 2 * MiB + 300 * KiB, () => arrived(client, 2 * MiB + 200 * KiB))
  const client = new TusKit(`${cutter.url}/uploads`, content)

  const failure = await client.upload().catch((trouble) => trouble)
  assert.ok(cutter.isCut)
  assert.ok(failure instanceof UploadFailed, String(failure))
  await client.retry()

  const again = client.requests.findIndex(({ method }) => method === 'HEAD')
  assert.equal(client.requests[again].status, 200)
  assert.ok(client.requests[again + 1].offset >= 2 * MiB + 200 * KiB, 'what came before the cut was kept')
  assert.ok(client.requests.slice(again + 1).every(({ method, status }) => method === 'PATCH' && status === 204))
  await assertStored(server, await ready(server, client.url.split('/').at(-1)), content)
})

for (const overrides of [false, true]) {
  const way = overrides ? 'that overrides POST' : 'with PATCH'

  test(`A client like tus-java-client ${way} uploads chunked after 100 Continue, and ends with a PATCH of no bytes`, async () => {
    const content = new Content(`java ${way}`, 20 * MiB)
    const client = new TusJava(`${server.url}/uploads`, content, { overrides })

    await client.makeAttempts()

    assert.deepEqual(client.requests.map(({ method, status, offset }) => [method, status, offset]), [
      ['POST', 201, undefined], ['PATCH', 204, 0], ['PATCH', 204, 10 * MiB], ['PATCH', 204, 20 * MiB],
    ])
    await assertStored(server, await ready(server, client.url.split('/').at(-1)), content)
  })

  test(`A client like tus-java-client ${way} whose connection was cut goes on at the server's offset`, async (t) => {
    const content = new Content(`java cut ${way}`, 24 * MiB + 5)
    const cutter = await Cutter.open(t, server, 14 * MiB, () => arrived(client, 13 * MiB))
    const client = new TusJava(`${cutter.url}/uploads`, content, { overrides })

    await client.makeAttempts()

    assert.ok(cutter.isCut)
    assert.deepEqual(client.requests.slice(0, 4).map(({ method, status }) => [method, status]), [
      ['POST', 201], ['PATCH', 204], ['PATCH', undefined], ['HEAD', 200],
    ])
    assert.ok(client.requests[4].offset >= 13 * MiB, `went on at ${client.requests[4].offset}`)
    assert.ok(client.requests.slice(4).every(({ method, status }) => method === 'PATCH' && status === 204))
    await assertStored(server, await ready(server, client.url.split('/').at(-1)), content)
  })
}

test('A client like tus-java-client makes a new upload where the one it knows is gone', async () => {
  const content = new Content('java gone', 2 * MiB)
  const gone = await post(server, { size: content.size })
  assert.equal((await terminate(gone.url)).status, 204)
  const client = new TusJava(`${server.url}/uploads`, content, { urls: new Map([['fingerprint', gone.url]]) })

  await client.makeAttempts()

  assert.deepEqual(client.requests.map(({ method, status }) => [method, status]), [['HEAD', 404], ['POST', 201], ['PATCH', 204]])
  assert.notEqual(client.url, gone.url)
  await assertStored(server, await ready(server, client.url.split('/').at(-1)), content)
})

function arrived(client, bytes) {
  const id = client.url.split('/').at(-1)
  return until('what was sent has arrived', async () => (await get(server, `uploads/${id}`)).uploadedSize >= bytes)
}
