import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertStored, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { Server } from './lib/server.mjs'
import { finish, uploadOf } from './lib/tusjs.mjs'

const MiB = 1 << 20
const CHUNK = 3 * MiB
// What tus-js-client calls them; their interop versions are 5 and 6.
const PROTOCOLS = ['ietf-draft-03', 'ietf-draft-05']

let server
let endpoint

before(async () => {
  server = await Server.start()
  endpoint = `${server.url}/uploads`
})
after(() => server?.dispose())

for (const protocol of PROTOCOLS) {
  test(`${protocol}: chunks, an abort and a resumption`, async () => {
    const content = new Content(protocol, 20 * MiB + 7)
    const url = await abortAfter(content, { protocol, chunkSize: CHUNK }, 3 * CHUNK)
    const cut = await get(server, `uploads/${url.split('/').at(-1)}`)

    const again = uploadOf(content, endpoint, { protocol, chunkSize: CHUNK, uploadUrl: url })
    const id = await finish(again)

    assert.ok(cut.uploadedSize >= 3 * CHUNK && cut.uploadedSize < content.size)
    assert.deepEqual([again.requests[0].method, again.requests[0].status], ['HEAD', 204])
    assert.ok(Number(again.requests[0].offset) >= cut.uploadedSize, 'nothing is sent again')
    assert.ok(again.requests.slice(1).every(({ method }) => method === 'PATCH'), 'no second upload is made')
    assert.deepEqual([again.requests.at(-1).status, Number(again.requests.at(-1).offset)], [201, content.size])
    assert.equal(url.split('/').at(-1), id)
    await assertStored(server, await ready(server, id), content)
  })

  test(`${protocol}: a whole file with the request that makes the upload`, async () => {
    const content = new Content(`${protocol} whole`, 5 * MiB + 1)
    const upload = uploadOf(content, endpoint, { protocol, uploadDataDuringCreation: true, metadata: { filename: 'whole.bin' } })

    const id = await finish(upload)

    assert.deepEqual(upload.requests.map(({ method, status }) => [method, status]), [['POST', 201]])
    const file = await ready(server, id)
    assert.equal(file.fileName, 'whole.bin')
    await assertStored(server, file, content)
  })

  test(`${protocol}: an upload that is terminated is gone`, async () => {
    const content = new Content(`${protocol} gone`, 8 * MiB)
    const begun = uploadOf(content, endpoint, { protocol, chunkSize: CHUNK })
    const url = await abort(begun, CHUNK, true)

    assert.equal((await fetch(url, { method: 'HEAD' })).status, 404)
  })
}

test('An upload that was begun in one protocol is finished in the other', async () => {
  for (const [from, to] of [['tus-v1', 'ietf-draft-05'], ['ietf-draft-05', 'tus-v1']]) {
    const content = new Content(`${from} to ${to}`, 10 * MiB + 5)
    const url = await abortAfter(content, { protocol: from, chunkSize: CHUNK }, CHUNK)

    const id = await finish(uploadOf(content, endpoint, { protocol: to, chunkSize: CHUNK, uploadUrl: url }))

    await assertStored(server, await ready(server, id), content)
  }
})

/** Begins an upload and leaves it once the server has accepted so many bytes; its address. */
function abortAfter(content, options, bytes) {
  return abort(uploadOf(content, endpoint, options), bytes, false)
}

function abort({ upload }, bytes, terminate) {
  return new Promise((resolve, reject) => {
    upload.options.onError = reject
    upload.options.onChunkComplete = (_, accepted) => {
      if (accepted >= bytes) {
        upload.abort(terminate).then(() => resolve(upload.url ?? url), reject)
      }
    }

    let url
    upload.options.onUploadUrlAvailable = () => { url = upload.url }
    upload.start()
  })
}
