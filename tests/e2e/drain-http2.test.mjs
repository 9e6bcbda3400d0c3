import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { test } from 'node:test'
import { Content } from './lib/content.mjs'
import { serve } from './lib/serve.mjs'
import { until } from './lib/until.mjs'

const SENT = 300_007

test('over HTTP/2 a node that is told to stop answers what runs, and takes leave of the connection', async (t) => {
  const { server, passed } = await serve(t, {
    'Kestrel:EndpointDefaults:Protocols': 'Http2', 'Sessions:CheckpointInterval': '00:05:00', 'Drain:Delay': '00:00:02',
  })
  const session = connect(server.url)
  t.after(() => session.destroy())
  const farewell = once(session, 'goaway')
  const content = new Content('over HTTP/2', 2 << 20)
  const created = await ask(session, 'POST', '/uploads', { 'upload-length': content.size })
  assert.equal(created.status, 201)
  const path = new URL(created.headers.location, server.url).pathname
  const id = path.split('/').at(-1)
  const running = open(session, 'PATCH', path, { 'upload-offset': 0, 'content-type': 'application/offset+octet-stream', 'content-length': content.size })
  running.stream.write(content.bytes(0, SENT))
  await until('bytes have arrived', async () => JSON.parse((await ask(session, 'GET', `/api/v1/uploads/${id}`)).body).uploadedSize === SENT)

  const ending = server.stop()

  const ended = await running.answer
  assert.deepEqual([ended.status, ended.headers['retry-after']], [423, '1'])
  const [code] = await farewell
  assert.equal(code, 0)
  const end = await ending
  t.diagnostic(`stopped in ${end.ms} ms`)
  assert.deepEqual([end.code, end.signal], [0, null])

  await server.start()
  const after = connect(server.url)
  t.after(() => after.destroy())
  assert.equal((await ask(after, 'HEAD', path)).headers['upload-offset'], String(SENT))
  passed()
})

function ask(session, method, path, headers = {}) {
  const { stream, answer } = open(session, method, path, headers)
  stream.end()
  return answer
}

/** A request whose body is still to come. */
function open(session, method, path, headers) {
  const stream = session.request({ ':method': method, ':path': path, 'tus-resumable': '1.0.0', ...headers }, { endStream: false })
  const answer = new Promise((resolve, reject) => {
    let body = ''
    let head
    stream.setEncoding('utf8').on('data', (text) => { body += text })
    stream.on('response', (told) => { head = told })
    stream.on('error', (trouble) => head ? resolve({ status: head[':status'], headers: head, body }) : reject(trouble))
    stream.on('close', () => head ? resolve({ status: head[':status'], headers: head, body }) : reject(new Error('no answer')))
  })
  return { stream, answer }
}
