import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertStored, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { exchange } from './lib/http.mjs'
import { bearer, SETTINGS, tokenOf } from './lib/jwt.mjs'
import { serve } from './lib/serve.mjs'
import { finish, PartReader, uploadOf } from './lib/tusjs.mjs'

const KiB = 1 << 10
const SIZE = 4 << 20

async function post(server, path, body, headers = {}) {
  const bytes = Buffer.from(JSON.stringify(body))
  return exchange('POST', `${server.url}/api/v1/${path}`, {
    headers: { 'Content-Type': 'application/json', 'Content-Length': bytes.length, ...headers }, body: bytes,
  })
}

async function makeLink(server, terms) {
  const answer = await post(server, 'links', terms, bearer(tokenOf('ann')))
  assert.equal(answer.status, 201, `${answer.status} ${answer.body}`)
  return answer.json
}

/** The owner has the file of the content, and it came by the link. */
async function assertArrived(server, id, link, content) {
  const headers = bearer(tokenOf('ann'))
  const file = await ready(server, id, { headers })
  assert.equal(file.linkId, link.id)
  await assertStored(server, file, content, { headers })
}

test('a visitor says the password, uploads with tus-js-client, and the owner has the file', async (t) => {
  const { server, passed } = await serve(t, SETTINGS)
  const link = await makeLink(server, { name: 'Party', password: 'open sesame', maxFiles: 10, allowedTypes: ['video/*'] })
  const shown = (await exchange('GET', `${server.url}/api/v1/links/${link.slug}/public`)).json
  assert.deepEqual([shown.name, shown.passwordRequired, shown.filesLeft], ['Party', true, 10])
  assert.equal((await post(server, `links/${link.slug}/session`, { password: 'sesame' })).code, 'wrong_password')
  const session = (await post(server, `links/${link.slug}/session`, { password: 'open sesame' })).json
  const content = new Content('visitor', SIZE)
  const options = { chunkSize: 512 * KiB, metadata: { filename: 'party.mp4', filetype: 'video/mp4' }, headers: bearer(session.token) }

  const id = await finish(uploadOf(content, session.uploadUrl, options))

  await assertArrived(server, id, link, content)
  const own = (await exchange('GET', `${server.url}/api/v1/files`, { headers: bearer(session.token) })).json
  assert.deepEqual(own.items.map((file) => file.id), [id])
  const parallel = { ...options, parallelUploads: 3, fileReader: new PartReader() }
  await assertArrived(server, await finish(uploadOf(content, session.uploadUrl, parallel)), link, content)
  passed()
})

test('tus-js-client that knows nothing but the slug uploads, is cut, and goes on where it was', async (t) => {
  const { server, passed } = await serve(t, SETTINGS)
  const link = await makeLink(server, { slug: 'plain-link' })
  const content = new Content('plain', SIZE)
  const options = { chunkSize: 256 * KiB, metadata: { filename: 'plain.bin', linkId: 'plain-link' } }
  const { upload } = uploadOf(content, `${server.url}/uploads`, options)
  await new Promise((resolve, reject) => {
    upload.options.onChunkComplete = () => resolve(upload.abort())
    upload.options.onError = reject
    upload.start()
  })
  const again = uploadOf(content, `${server.url}/uploads`, { ...options, uploadUrl: upload.url })

  const id = (await finish(again)).split('?')[0]

  assert.deepEqual([...new Set(again.requests.map((request) => request.method))], ['HEAD', 'PATCH'])
  await assertArrived(server, id, link, content)
  const refused = uploadOf(content, `${server.url}/uploads`, { metadata: { filename: 'x', linkId: 'no-such-link' }, retryDelays: [] })
  await assert.rejects(finish(refused), (error) => error.originalResponse.getStatus() === 404)
  passed()
})
