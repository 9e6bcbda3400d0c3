import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { assertStored, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { serve } from './lib/serve.mjs'
import { head, patch, post } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const MiB = 1 << 20
const EACH = 6
const LISTENS = 6_000

test('a node that is told to stop gives everything it was receiving to the other one, and says 423 until it is gone', async (t) => {
  const { server: stays, passed } = await serve(t, { 'Content:Shared': 'true', 'Sessions:CheckpointInterval': '00:05:00' })
  const { server: leaves, passed: left } = await serve(t, {
    'Content:Shared': 'true',
    'Content:Path': join(stays.dataPath, 'content'),
    'Storage:LocalPath': join(stays.dataPath, 'objects'),
    'ConnectionStrings:Postgres': databaseOf(stays),
    'Sessions:CheckpointInterval': '00:05:00',
    'Drain:Delay': '00:00:06',
  })
  const silent = await Promise.all(range(EACH).map((index) => begin(leaves, new Content(`silent ${index}`, 2 * MiB), 1_000_003)))
  const checked = await Promise.all(range(EACH).map((index) => begin(leaves, new Content(`checked ${index}`, 2 * MiB), 700_001, true)))
  const fast = await Promise.all(range(EACH).map((index) => begin(leaves, new Content(`fast ${index}`, 24 * MiB), 300_007)))
  const running = [...silent, ...checked, ...fast]
  for (const upload of running.filter((one) => !one.isChecked)) {
    await until('bytes have arrived', async () => (await get(leaves, `uploads/${upload.id}`)).uploadedSize >= upload.sent)
  }

  fast.forEach((upload) => upload.pump())
  const kept = await Wire.open(leaves)
  assert.equal((await kept.ask('HEAD', silent[0])).status, 200)
  const idle = await Wire.open(leaves)
  assert.equal((await idle.ask('HEAD', silent[1])).status, 200)

  const ending = leaves.stop()
  const answers = await Promise.all(running.map((upload) => upload.answer))
  const begun = Date.now()

  for (const answer of answers) {
    assert.deepEqual([answer.status, answer.headers.connection, answer.headers['retry-after']], [423, 'close', '1'])
  }

  const locked = await kept.ask('HEAD', silent[0])
  assert.deepEqual([locked.status, locked.headers.connection, locked.headers['retry-after']], [423, 'close', '1'])
  const refused = await idle.ask('PATCH', silent[1])
  assert.deepEqual([refused.status, refused.headers.connection], [423, 'close'])
  const created = await (await Wire.open(leaves)).ask('POST', { path: '/uploads' })
  assert.deepEqual([created.status, created.headers.connection, created.headers['retry-after']], [503, 'close', '1'])
  const health = await (await Wire.open(leaves)).ask('GET', { path: '/health/ready' })
  assert.deepEqual([health.status, health.headers.connection], [503, 'close'])
  assert.match(health.body, /"stopping"/)

  // The other node has them while this one still listens: nobody waits for its end.
  for (const upload of running) {
    const url = `${stays.url}${upload.path}`
    const stands = await head(url)
    assert.equal(stands.status, 200)
    if (upload.isChecked) {
      assert.equal(stands.offset, 0, 'of a body that did not come whole nothing is kept')
    } else {
      assert.ok(stands.offset >= upload.sent, `${stands.offset} of ${upload.sent} that had arrived`)
    }

    const rest = await patch(url, stands.offset, upload.content.stream(stands.offset), { length: upload.content.size - stands.offset })
    assert.equal(rest.status, 204)
  }

  t.diagnostic(`${running.length} uploads ended on the other node ${Date.now() - begun} ms after the last answer`)
  const end = await ending
  t.diagnostic(`stopped in ${end.ms} ms`)
  assert.deepEqual([end.code, end.signal], [0, null])
  assert.ok(end.ms >= LISTENS, 'it listened for as long as it was asked to')
  await Promise.all(running.map(async (upload) => assertStored(stays, await ready(stays, upload.id), upload.content)))
  left()
  passed()
})

test('a second signal ends the wait of the first, in order', async (t) => {
  const { server, passed } = await serve(t, { 'Drain:Delay': '00:00:20' })
  const created = await post(server, { size: 10 })
  const ending = server.stop()
  await until('it drains', async () => (await head(created.url)).status === 423)

  server.signal('SIGINT')

  const end = await ending
  assert.deepEqual([end.code, end.signal], [0, null])
  assert.ok(end.ms < 20_000, `stopped in ${end.ms} ms`)
  passed()
})

const range = (count) => [...Array(count).keys()]

/** A PATCH that never ends: so many bytes, and more only when it is told to. */
async function begin(server, content, sent, isChecked = false) {
  const created = await post(server, { size: content.size })
  const path = new URL(created.url).pathname
  const wire = await Wire.open(server)
  const digest = createHash('sha1').update(content.bytes(0, content.size)).digest('base64')
  const answer = wire.ask('PATCH', { path }, {
    'Content-Length': content.size,
    ...(isChecked ? { 'Upload-Checksum': `sha1 ${digest}` } : {}),
  }, content.bytes(0, sent))
  const pump = () => wire.send(content.bytes(sent, content.size - MiB))
  return { id: created.id, path, content, sent, isChecked, answer, pump }
}

/** One connection, kept between requests. */
class Wire {
  #socket
  #read = ''
  #gone = false

  static async open(server) {
    const wire = new Wire()
    const { hostname, port } = new URL(server.url)
    wire.#socket = connect({ host: hostname, port })
    wire.#socket.setEncoding('latin1').on('data', (text) => { wire.#read += text })
    wire.#socket.on('error', () => {}).on('close', () => { wire.#gone = true })
    await once(wire.#socket, 'connect')
    return wire
  }

  send(bytes) {
    this.#socket.write(bytes)
  }

  async ask(method, { path }, headers = {}, body) {
    this.#read = ''
    const bytes = method === 'PATCH' ? { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': 0 } : {}
    const all = { Host: 'localhost', 'Tus-Resumable': '1.0.0', ...(method === 'POST' ? { 'Upload-Length': 1 } : {}), ...bytes, ...headers }
    this.send(`${method} ${path} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
    if (body) {
      this.send(body)
    }

    await until(`an answer to ${method}`, () => this.#read.includes('\r\n\r\n') || this.#gone, { within: 30_000 })
    const [answer, ...rest] = this.#read.split('\r\n\r\n')
    const [line, ...fields] = answer.split('\r\n')
    return {
      status: Number(line.split(' ')[1]),
      headers: Object.fromEntries(fields.map((field) => field.split(/: */, 2)).map(([name, value]) => [name.toLowerCase(), value])),
      body: rest.join('\r\n\r\n'),
    }
  }
}

/** The connection string of a server's own Postgres. */
function databaseOf(server) {
  const lines = readFileSync(join(server.dataPath, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')
  return `Host=${lines[4]};Port=${lines[3]};Username=tus_upload;Database=tus_upload;SSL Mode=Disable`
}
