import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { test } from 'node:test'
import { assertStored, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { serve } from './lib/serve.mjs'
import { BYTES, head, post } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const PIECE = 1 << 20

// So often that a body of a second would be committed many times.
const SETTINGS = { 'Sessions:CheckpointInterval': '00:00:00.050' }

test('A server that is killed in the middle of a body with a checksum has kept nothing of it', async (t) => {
  const { server, passed } = await serve(t, SETTINGS)
  const content = new Content('checksum', 8 * PIECE)
  const plain = await post(server, { size: content.size })
  const checked = await post(server, { size: content.size })
  const first = content.bytes(0, PIECE)
  assert.equal((await patchWhole(checked.url, 0, first, digest(first))).status, 204)

  // Two bodies side by side: that of the one without a checksum shows that offsets were committed meanwhile.
  const bodies = [begin(plain.url, 0, 8 * PIECE), begin(checked.url, PIECE, 7 * PIECE, digest(Buffer.from('other')))]
  let sent = 0
  await until('a checkpoint is made and the other body has arrived as well', async () => {
    if (sent < 6 * PIECE) {
      bodies[0].write(content.bytes(sent, sent + PIECE / 16))
      bodies[1].write(content.bytes(sent + PIECE, sent + PIECE + PIECE / 16))
      sent += PIECE / 16
    }

    const [one, other] = [await get(server, `uploads/${plain.id}`), await get(server, `uploads/${checked.id}`)]
    return sent >= PIECE && one.uploadedSize >= PIECE / 2 && other.uploadedSize > PIECE
  })
  await server.kill()
  await server.start()

  assert.ok((await head(plain.url)).offset > 0, 'checkpoints were made')
  assert.equal((await head(checked.url)).offset, PIECE, 'none of the bytes that were not verified')
  const rest = content.bytes(PIECE)
  assert.equal((await patchWhole(checked.url, PIECE, rest, digest(Buffer.from('other')))).status, 460)
  assert.equal((await head(checked.url)).offset, PIECE)
  assert.equal((await patchWhole(checked.url, PIECE, rest, digest(rest))).status, 204)
  await assertStored(server, await ready(server, checked.id), content)
  passed()
})

function digest(bytes) {
  return `sha256 ${createHash('sha256').update(bytes).digest('base64')}`
}

/** A PATCH that is sent piece by piece; its connection dies with the server. */
function begin(url, offset, length, checksum) {
  const request = http.request(url, { method: 'PATCH', headers: headersOf(offset, length, checksum) })
  request.on('error', () => {})
  request.flushHeaders()
  return request
}

async function patchWhole(url, offset, bytes, checksum) {
  const request = http.request(url, { method: 'PATCH', headers: headersOf(offset, bytes.length, checksum) })
  request.end(bytes)
  const [answer] = await once(request, 'response')
  answer.resume()
  await once(answer, 'end')
  return { status: answer.statusCode }
}

function headersOf(offset, length, checksum) {
  return {
    'Tus-Resumable': '1.0.0',
    ...BYTES,
    'Upload-Offset': offset,
    'Content-Length': length,
    ...(checksum === undefined ? {} : { 'Upload-Checksum': checksum }),
  }
}
