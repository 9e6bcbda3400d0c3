import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { pipeline } from 'node:stream/promises'
import { assertStored, assertUsage, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { Server } from './lib/server.mjs'
import { head, patch, post } from './lib/tus.mjs'
import { finish, uploadOf } from './lib/tusjs.mjs'

const MiB = 1 << 20
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

let server
let used = 0

before(async () => { server = await Server.start() })
after(() => server?.dispose())

test('One PATCH of 1 GiB', async (t) => {
  const content = new Content('gib', 1024 * MiB)
  const created = await post(server, { size: content.size, metadata: { filename: 'disk.img' } })
  const send = hasCurl() ? sendWithCurl : sendWithNode
  const begun = Date.now()

  const status = await send(created.url, content)

  t.diagnostic(`${send.name}: ${((Date.now() - begun) / 1000).toFixed(1)} s`)
  assert.equal(status, 204)
  await assertStored(server, await ready(server, created.id, { within: 60_000 }), content)
  await counted(content)
})

test('A file of no bytes', async () => {
  const created = await post(server, { size: 0, metadata: { filename: 'empty' } })
  assert.equal(created.status, 201)
  const file = await ready(server, created.id)
  assert.equal(file.sha256, EMPTY)
  await assertStored(server, file, new Content('none', 0))
  assert.equal((await head(created.url)).offset, 0)

  const content = new Content('none', 0)
  const id = await finish(uploadOf(content, `${server.url}/uploads`))
  await assertStored(server, await ready(server, id), content)
  await counted(content)
})

test('A length that is told with the last bytes', async () => {
  const content = new Content('deferred', 20 * MiB + 7)
  const created = await post(server)
  const first = await patch(created.url, 0, content.stream(0, 9 * MiB + 3))
  assert.deepEqual([first.status, first.offset], [204, 9 * MiB + 3])
  const middle = await head(created.url)
  assert.deepEqual(
    [middle.offset, middle.headers['upload-defer-length'], middle.headers['upload-length']], [9 * MiB + 3, '1', undefined])

  const rest = content.bytes(9 * MiB + 3)
  const last = await patch(created.url, 9 * MiB + 3, rest, { length: rest.length, uploadLength: content.size })

  assert.deepEqual([last.status, last.offset], [204, content.size])
  await assertStored(server, await ready(server, created.id), content)
  await counted(content)
})

test('A length that is told when all bytes are in', async () => {
  const content = new Content('told late', 3 * MiB)
  const created = await post(server)
  assert.equal((await patch(created.url, 0, content.stream())).status, 204)

  const last = await patch(created.url, content.size, Buffer.alloc(0), { length: 0, uploadLength: content.size })

  assert.equal(last.status, 204)
  await assertStored(server, await ready(server, created.id), content)
  await counted(content)
})

for (const size of [1, 4_000, 3 * MiB]) {
  test(`A creation that brings its upload of ${size} bytes`, async () => {
    const content = new Content('at once', size)

    const created = await post(server, { size, body: content.bytes(0) })

    assert.deepEqual([created.status, created.offset], [201, size])
    await assertStored(server, await ready(server, created.id), content)
    await counted(content)
  })
}

test('tus-js-client with uploadDataDuringCreation makes one request', async () => {
  const content = new Content('during creation', 2 * MiB)
  const upload = uploadOf(content, `${server.url}/uploads`, { uploadDataDuringCreation: true })

  const id = await finish(upload)

  assert.deepEqual(upload.requests.map((request) => [request.method, request.status]), [['POST', 201]])
  await assertStored(server, await ready(server, id), content)
  await counted(content)
})

for (const name of ['Übersicht – 東京 🗼 (2. Fassung).pdf', 'مرحبا "quoted" 100%.txt', "l'été; à=b.csv"]) {
  test(`The name ${name} comes back, in the record and in Content-Disposition`, async () => {
    const content = new Content(name, 1_000)
    const metadata = { filename: name, filetype: 'text/plain', relativePath: `Ordner/ñ/${name}` }
    const id = await finish(uploadOf(content, `${server.url}/uploads`, { metadata }))

    const file = await ready(server, id)
    const stored = await assertStored(server, file, content)

    assert.equal(file.fileName, name)
    assert.equal((await get(server, `files/${id}`)).contentType, 'text/plain')
    const disposition = stored.headers.get('content-disposition')
    assert.match(disposition, /^attachment;/)
    assert.equal(decodeURIComponent(/filename\*=UTF-8''([^;]+)/i.exec(disposition)[1]), name)
    await counted(content)
  })
}

async function counted(content) {
  used += content.size
  await assertUsage(server, used)
}

/** As people do it by hand: from a pipe, so chunked. */
async function sendWithCurl(url, content) {
  const sent = spawn('curl', [
    '-sS', '-X', 'PATCH', '-T', '-', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'Tus-Resumable: 1.0.0', '-H', 'Upload-Offset: 0',
    '-H', 'Content-Type: application/offset+octet-stream', url,
  ], { stdio: ['pipe', 'pipe', 'inherit'] })
  let status = ''
  sent.stdout.setEncoding('utf8').on('data', (text) => { status += text })
  await Promise.all([pipeline(content.stream(), sent.stdin), once(sent, 'close')])
  return Number(status)
}

async function sendWithNode(url, content) {
  return (await patch(url, 0, content.stream(), { length: content.size })).status
}

function hasCurl() {
  return spawnSync('curl', ['--version']).status === 0
}
