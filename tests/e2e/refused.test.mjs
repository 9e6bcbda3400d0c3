import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertUsage } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { serve } from './lib/serve.mjs'
import { head, patch, post } from './lib/tus.mjs'
import { finish, uploadOf } from './lib/tusjs.mjs'

const SIZE = 40 << 20
const PICTURE = { filename: 'holiday.png', filetype: 'image/png' }

/** A program of Windows, as far as its first bytes go. */
class Program extends Content {
  bytes(start, end) {
    const bytes = super.bytes(start, end)
    Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff', 'latin1').subarray(start).copy(bytes)
    return bytes
  }
}

test('A program that is called a picture is refused although the server was killed in the middle of its first bytes', async (t) => {
  const { server, passed } = await serve(t)
  const program = new Program(1, SIZE)
  const { url } = await post(server, { size: SIZE, metadata: PICTURE })
  assert.equal((await patch(url, 0, program.bytes(0, 100), { length: 100 })).status, 204)

  await server.kill()
  await server.start()

  assert.equal((await head(url)).headers['upload-offset'], '100')
  const refused = await patch(url, 100, program.bytes(100, 1 << 20), { length: (1 << 20) - 100 })
  assert.deepEqual({ status: refused.status, code: refused.json.code }, { status: 415, code: 'type_mismatch' })
  assert.equal((await head(url)).status, 404)
  await assertUsage(server, 0)
  passed()
})

for (const parallelUploads of [1, 3]) {
  test(`tus-js-client ends at once with the refusal, with ${parallelUploads} connections`, async (t) => {
    const { server, passed } = await serve(t)
    const { upload, requests } = uploadOf(new Program(2, SIZE), `${server.url}/uploads`, { parallelUploads, chunkSize: 8 << 20, metadata: PICTURE })

    const error = await finish({ upload, requests }).then(() => undefined, (trouble) => trouble)

    assert.equal(error?.originalResponse?.getStatus(), 415, String(error))
    assert.equal(JSON.parse(error.originalResponse.getBody()).code, 'type_mismatch')
    assert.equal(requests.filter((request) => request.status === 415).length, 1)
    await assertUsage(server, 0)
    passed()
  })
}
