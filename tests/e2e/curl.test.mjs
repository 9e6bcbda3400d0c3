import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertStored, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { curl, hasCurl, start, VERSION } from './lib/curl.mjs'
import { Server } from './lib/server.mjs'
import { metadataOf } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const MiB = 1 << 20
const BYTES = ['-H', 'Content-Type: application/offset+octet-stream']
const missing = !hasCurl() && process.env.CI !== 'true' ? 'curl is not here' : false

let server
let h2c

before(async () => {
  server = await Server.start({
    'Kestrel:Endpoints:Both:Url': 'http://127.0.0.1:0',
    'Kestrel:Endpoints:OnlyHttp2:Url': 'http://127.0.0.1:0',
    'Kestrel:Endpoints:OnlyHttp2:Protocols': 'Http2',
  })
  const addresses = () => [...server.log.matchAll(/Now listening on: (http:\/\/\S+)/g)].map(([, address]) => address)
  h2c = await until('both addresses are listened to', () => addresses()[1])
})
after(() => server?.dispose())

for (const [version, flags, address] of [
  ['1.1', ['--http1.1'], () => server.url],
  ['2', ['--http2-prior-knowledge'], () => h2c],
]) {
  test(`curl creates, sends from a pipe, asks and deletes over HTTP/${version}`, { skip: missing }, async () => {
    const content = new Content(`curl ${version}`, 24 * MiB + 11)
    const half = 10 * MiB + 5
    const created = await create(content.size, flags, address())
    assert.deepEqual([created.status, created.version], [201, version])

    const first = await append(created.url, 0, content.stream(0, half), flags)
    assert.deepEqual([first.status, first.headers['upload-offset'], first.version], [204, String(half), version])

    const asked = await curl([...flags, ...VERSION, '--head', created.url])
    assert.deepEqual(
      [asked.status, asked.headers['upload-offset'], asked.headers['upload-length'], asked.headers['cache-control']],
      [200, String(half), String(content.size), 'no-store'])

    const rest = await append(created.url, half, content.stream(half), flags)
    assert.deepEqual([rest.status, rest.headers['upload-offset']], [204, String(content.size)])
    await assertStored(server, await ready(server, created.id), content)

    const unwanted = await create(content.size, flags, address())
    assert.equal((await curl([...flags, ...VERSION, '-X', 'DELETE', unwanted.url])).status, 204)
    assert.equal((await curl([...flags, ...VERSION, '--head', unwanted.url])).status, 404)
  })
}

test('curl that waits for 100 Continue sends no byte of what is refused', { skip: missing }, async () => {
  const created = await create(MiB, [], server.url)
  const content = new Content('in vain', MiB)

  const refused = await append(created.url, 4_096, content.stream(), ['--expect100-timeout', '30', '-H', 'Expect: 100-continue'])

  assert.deepEqual([refused.status, refused.sent], [409, 0])
  const taken = await append(created.url, 0, content.stream(), ['--expect100-timeout', '30', '-H', 'Expect: 100-continue'])
  assert.deepEqual([taken.status, taken.headers['upload-offset']], [204, String(MiB)])
  await assertStored(server, await ready(server, created.id), content)
})

test('curl that brings a file with its creation makes one request', { skip: missing }, async () => {
  const content = new Content('at once by curl', 3 * MiB)

  const created = await create(content.size, ['--data-binary', '@-', ...BYTES], server.url, content.stream())

  assert.deepEqual([created.status, created.headers['upload-offset']], [201, String(content.size)])
  await assertStored(server, await ready(server, created.id), content)
})

test('What a killed curl had sent is kept', { skip: missing }, async () => {
  const content = new Content('killed', 16 * MiB)
  const created = await create(content.size, [], server.url)
  const arrives = 6 * MiB
  const first = start(patchOf(created.url, 0))
  first.process.stdin.write(content.bytes(0, arrives))
  await until('the server has what was sent', async () => (await get(server, `uploads/${created.id}`)).uploadedSize === arrives)
  first.process.kill('SIGKILL')
  await first.ended

  const asked = await curl([...VERSION, '--head', created.url])
  assert.deepEqual([asked.status, asked.headers['upload-offset']], [200, String(arrives)])
  assert.equal((await append(created.url, arrives, content.stream(arrives))).status, 204)
  await assertStored(server, await ready(server, created.id), content)
})

async function create(size, flags, address, input) {
  const created = await curl([
    ...flags, ...VERSION, '-X', 'POST', '-H', `Upload-Length: ${size}`, '-H', `Upload-Metadata: ${metadataOf({ filename: 'by hand.bin' })}`,
    `${address}/uploads`,
  ], input)
  assert.equal(created.status, 201)
  const url = new URL(created.headers.location, `${address}/uploads`).href
  return { ...created, url, id: url.split('/').at(-1) }
}

function append(url, offset, input, flags = []) {
  return curl([...flags, ...patchOf(url, offset)], input)
}

/** From a pipe, so chunked over HTTP/1.1. */
function patchOf(url, offset) {
  return ['-X', 'PATCH', '-T', '-', ...VERSION, ...BYTES, '-H', `Upload-Offset: ${offset}`, url]
}
