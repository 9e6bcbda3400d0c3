import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chromium } from 'playwright-core'
import { assertStored, ready } from './lib/api.mjs'
import { missing, PROGRAM } from './lib/browser.mjs'
import { Content } from './lib/content.mjs'
import { exchange } from './lib/http.mjs'
import { bearer, SETTINGS, tokenOf } from './lib/jwt.mjs'
import { serve } from './lib/serve.mjs'
import { finish, uploadOf } from './lib/tusjs.mjs'
import { until } from './lib/until.mjs'

const KiB = 1 << 10
const SIZE = 4 << 20

/** Runs the upload to its end; from half of the bytes on its token is one that has run out, until it is given a new one. */
async function outliveToken(server, user, options) {
  const content = new Content(user, SIZE)
  const state = { token: tokenOf(user) }
  const { upload, requests } = uploadOf(content, `${server.url}/uploads`, {
    chunkSize: 256 * KiB,
    metadata: { filename: 'long.bin' },
    retryDelays: Array(20).fill(100),
    onBeforeRequest: async (request) => {
      if (upload.url && upload._offset >= SIZE / 2 && !state.isNew) {
        state.token = tokenOf(user, -60)
      }

      request.setHeader('Authorization', `Bearer ${state.token}`)
    },
    ...options?.(state, user, () => requests),
  })
  const id = (await finish({ upload })).split('?')[0]
  const headers = bearer(tokenOf(user))
  await assertStored(server, await ready(server, id, { headers }), content, { headers })
  assert.equal(requests.filter((request) => request.method === 'POST').length, 1, 'nothing was started again')
  return requests
}

test('tus-js-client whose token runs out gets a new one and goes on where it was', async (t) => {
  const { server, passed } = await serve(t, SETTINGS)

  const requests = await outliveToken(server, 'ann', (state, user, known) => ({
    onShouldRetry: (error) => error.originalResponse?.getStatus() === 401,
    onAfterResponse: (request, response) => {
      known().push({ method: request.getMethod(), status: response.getStatus() })
      if (response.getStatus() === 401) {
        Object.assign(state, { token: tokenOf(user), isNew: true })
      }
    },
  }))

  assert.deepEqual(requests.filter((request) => request.status === 401).map((request) => request.method), ['PATCH'])
  passed()
})

test('tus-js-client that asks for its offset with a token that has run out keeps its upload', async (t) => {
  const { server, passed } = await serve(t, SETTINGS)
  const content = new Content('head', SIZE)
  const { upload } = uploadOf(content, `${server.url}/uploads`, { chunkSize: 256 * KiB, headers: bearer(tokenOf('ann')) })
  await new Promise((resolve) => {
    upload.options.onChunkComplete = () => resolve(upload.abort())
    upload.start()
  })
  const { upload: resumed, requests } = uploadOf(content, `${server.url}/uploads`, {
    chunkSize: 256 * KiB, uploadUrl: upload.url, retryDelays: Array(20).fill(50), headers: bearer(tokenOf('ann', -60)),
  })

  const done = finish({ upload: resumed })
  await until('it was told to wait', () => requests.some((request) => request.status === 423))
  resumed.options.headers = bearer(tokenOf('ann'))
  await done

  assert.deepEqual([...new Set(requests.map((request) => request.method))], ['HEAD', 'PATCH'])
  passed()
})

test('tus-js-client with a token of the upload in its address needs no other any more', async (t) => {
  const { server, passed } = await serve(t, { ...SETTINGS, 'Tus:UploadToken': 'url' })

  const requests = await outliveToken(server, 'bob')

  assert.ok(requests.every((request) => request.status < 300), JSON.stringify(requests))
  passed()
})

test('an operator signs in with a browser, sees the jobs, and signs out', { skip: missing }, async (t) => {
  const { server, passed } = await serve(t, { ...SETTINGS, 'Auth:Operators:0': 'olga' })
  const browser = await chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox'] })
  t.after(() => browser.close())
  const page = await (await browser.newContext()).newPage()

  await page.goto(`${server.url}/hangfire/jobs/enqueued`)
  await page.fill('#token', tokenOf('ann'))
  await page.click('button')
  assert.match(await page.textContent('[role=alert]'), /no operator/)
  await page.fill('#token', tokenOf('olga'))
  await page.click('button')
  await page.waitForURL('**/hangfire/jobs/enqueued')
  assert.match(await page.textContent('h1'), /Queues/)
  await page.goto(`${server.url}/login`)
  await page.click('button')
  await page.waitForURL('**/login')
  await page.goto(`${server.url}/docs`)
  assert.equal(new URL(page.url()).pathname, '/login')
  passed()
})

test('tus-js-client uploads with an API key', async (t) => {
  const { server, passed } = await serve(t, SETTINGS)
  const body = Buffer.from(JSON.stringify({ name: 'a program', scopes: ['upload', 'read'] }))
  const made = await exchange('POST', `${server.url}/api/v1/api-keys`, {
    headers: { ...bearer(tokenOf('ann')), 'Content-Type': 'application/json', 'Content-Length': body.length }, body,
  })
  const headers = bearer(made.json.key)
  const content = new Content('key', SIZE)
  const { upload } = uploadOf(content, `${server.url}/uploads`, { chunkSize: 1 << 20, headers })

  const id = await finish({ upload })

  await assertStored(server, await ready(server, id, { headers }), content, { headers })
  passed()
})
