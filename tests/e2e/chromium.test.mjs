import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertStored, ready } from './lib/api.mjs'
import { Browser, missing } from './lib/browser.mjs'
import { Server } from './lib/server.mjs'

const MiB = 1 << 20
const SIZE = 16 * MiB
const LARGEST = 24 * MiB

// Slow enough that there is a middle.
const LINE = { bytesPerSecond: 8 * MiB }

let server
let browser

before(async () => {
  if (!missing) {
    [server, browser] = await Promise.all([Server.start({ 'Tus:MaxSize': LARGEST }), Browser.open()])
  }
})
after(() => Promise.all([browser?.close(), server?.dispose()]))

test('tus-js-client in a page of another origin aborts and resumes', { skip: missing }, async (t) => {
  const { content, file } = browser.offer('aborted', SIZE)
  const page = await browser.page(t, 'tus')
  await begin(page, file, { options: { chunkSize: 4 * MiB }, stopAt: 8 * MiB })
  await reached(page, 'aborted')

  await begin(page, file, { options: { chunkSize: 4 * MiB } })

  await stored(page, content)
  assert.deepEqual(page.requests.map(([method]) => method).filter((method) => method !== 'PATCH'), ['POST', 'HEAD'])
})

for (const client of ['tus', 'uppy']) {
  test(`${client} in a page that is loaded again in the middle goes on`, { skip: missing }, async (t) => {
    const { content, file } = browser.offer(`reloaded ${client}`, SIZE)
    const page = await browser.page(t, client, LINE)
    await begin(page, file, { options: { chunkSize: 4 * MiB } })
    await page.waitForFunction((half) => window.state.sent > half, SIZE / 2)
    await page.reload()
    page.requests.length = 0

    await begin(page, file, { options: { chunkSize: 4 * MiB } })

    await stored(page, content)
    assert.deepEqual(page.requests.slice(0, 1), [['HEAD', 200]], JSON.stringify(page.requests))
    assert.ok(page.requests.filter(([method]) => method === 'PATCH').length <= 2, 'only the second half was sent')
  })

  test(`${client} in a page tells why a file is refused`, { skip: missing }, async (t) => {
    const { file } = browser.offer(`too large ${client}`, LARGEST + 1)
    const page = await browser.page(t, client)

    await begin(page, file)

    await reached(page, 'trouble')
    const { trouble } = await page.evaluate(() => window.state)
    assert.equal(trouble.status, 413)
    assert.equal(JSON.parse(trouble.body).code, 'upload_too_large')
  })

  test(`${client} in a page outlives a kill of the server in the middle of one long PATCH`, { skip: missing }, async (t) => {
    const { content, file } = browser.offer(`killed ${client}`, SIZE)
    const page = await browser.page(t, client, LINE)
    await begin(page, file)
    await page.waitForFunction((half) => window.state.sent > half, SIZE / 2)

    await server.kill()
    await server.start()

    await stored(page, content)
    assert.equal(page.requests.filter(([method, status]) => method === 'POST' && status === 201).length, 1, JSON.stringify(page.requests))
    assert.ok(page.requests.some(([method, status]) => method === 'HEAD' && status === 200))
  })
}

test('tus-js-client in a page that is loaded again goes on with its four parts', { skip: missing }, async (t) => {
  const { content, file } = browser.offer('parts', SIZE)
  const page = await browser.page(t, 'tus', LINE)
  const options = { chunkSize: MiB, parallelUploads: 4 }
  await begin(page, file, { options })
  await page.waitForFunction((half) => window.state.sent > half, SIZE / 2)
  await page.reload()
  page.requests.length = 0

  await begin(page, file, { options })

  await stored(page, content)
  assert.deepEqual(page.requests.filter(([method]) => method === 'HEAD'), Array(4).fill(['HEAD', 200]))
  assert.deepEqual(page.requests.filter(([method]) => method === 'POST'), [['POST', 201]], 'no part was begun again')
})

test('A page whose storage was cleared goes on by its resumeKey', { skip: missing }, async (t) => {
  const { content, file } = browser.offer('cleared', SIZE)
  const metadata = { filename: file.name, resumeKey: 'cleared' }
  const page = await browser.page(t, 'tus')
  await begin(page, file, { options: { chunkSize: 4 * MiB, metadata }, stopAt: 8 * MiB })
  await reached(page, 'aborted')
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  page.requests.length = 0

  await begin(page, file, { options: { metadata } })

  await stored(page, content)
  assert.equal((await page.evaluate(() => window.state)).found, false)
  assert.deepEqual(
    page.requests.filter(([, status]) => status < 300), [['POST', 201], ['HEAD', 200], ['PATCH', 204]], JSON.stringify(page.requests))
})

function begin(page, content, order = {}) {
  return page.evaluate((all) => window.begin(all), { endpoint: `${server.url}/uploads`, content, ...order })
}

function reached(page, what) {
  return page.waitForFunction((name) => window.state[name] ?? window.state.trouble, what, { timeout: 60_000 })
}

async function stored(page, content) {
  await reached(page, 'done')
  const { done, trouble } = await page.evaluate(() => window.state)
  assert.equal(trouble, undefined)
  await assertStored(server, await ready(server, done.split('/').at(-1)), content)
}
