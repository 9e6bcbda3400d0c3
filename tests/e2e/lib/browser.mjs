import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { Content } from './content.mjs'

export const PROGRAM = process.env.E2E_CHROMIUM ?? '/usr/bin/chromium'
const PAGES = fileURLToPath(new URL('../pages/', import.meta.url))

/** Why there is no browser to test with; false where there is one. Where tests have to be complete, it has to be there. */
export const missing = !existsSync(PROGRAM) && process.env.CI !== 'true' ? `${PROGRAM} is not here` : false

/** Chromium, and a site of another origin than the server's whose pages upload from it. */
export class Browser {
  #program
  #site
  #scripts = new Map()
  #contents = new Map()

  static async open() {
    const browser = new Browser()
    for (const name of ['tus', 'uppy']) {
      const bundle = await build({ entryPoints: [`${PAGES}${name}.js`], bundle: true, write: false, format: 'esm', logLevel: 'silent' })
      browser.#scripts.set(`/${name}.js`, bundle.outputFiles[0].text)
    }

    browser.#site = createServer((request, response) => browser.#answer(request, response)).listen(0, '127.0.0.1')
    await once(browser.#site, 'listening')
    browser.#program = await chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox'] })
    return browser
  }

  async close() {
    await this.#program?.close()
    this.#site.closeAllConnections()
    this.#site.close()
  }

  /** A page with a storage of its own, that has loaded; `requests` fills with what the server answered to it. */
  async page(t, name, { bytesPerSecond } = {}) {
    const context = await this.#program.newContext()
    t.after(() => context.close())
    const page = await context.newPage()
    page.requests = []
    page.on('response', (answer) => {
      if (new URL(answer.url()).origin !== this.#origin) {
        page.requests.push([answer.request().method(), answer.status()])
      }
    })
    page.on('pageerror', (trouble) => console.error(trouble))
    if (bytesPerSecond) {
      const session = await context.newCDPSession(page)
      await session.send('Network.emulateNetworkConditions', {
        offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond,
      })
    }

    await page.goto(`${this.#origin}/${name}.html`)
    return page
  }

  /** Of another host name than the server's address, and another port. */
  get #origin() {
    return `http://localhost:${this.#site.address().port}`
  }

  /** What a page has to know of a file to have it. */
  offer(seed, size) {
    const path = `/content/${this.#contents.size}`
    const content = new Content(seed, size)
    this.#contents.set(path, content)
    return { content, file: { path, name: `${seed}.bin`, type: 'application/octet-stream' } }
  }

  #answer(request, response) {
    const content = this.#contents.get(request.url)
    if (content) {
      response.writeHead(200, { 'Content-Length': content.size, 'Content-Type': 'application/octet-stream' })
      content.stream().pipe(response)
    } else if (this.#scripts.has(request.url)) {
      response.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8' }).end(this.#scripts.get(request.url))
    } else if (this.#scripts.has(request.url.replace('.html', '.js'))) {
      const script = `<script type="module" src="${request.url.replace('.html', '.js')}"></script>`
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
        .end(`<!doctype html><title>Upload</title><h1>Upload</h1><progress></progress> <output></output>${script}`)
    } else {
      response.writeHead(404).end()
    }
  }
}
