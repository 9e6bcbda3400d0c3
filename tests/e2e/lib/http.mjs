import http from 'node:http'
import { Readable } from 'node:stream'
import { createHash } from 'node:crypto'
import { ConnectionLost } from './until.mjs'

const QUIET_LIMIT = 60_000

/**
 * One request. The answer may come before the body is sent, and then the rest of the body is not sent.
 * @param body a Buffer, or a Readable that is sent as it is made; chunked unless the headers say Content-Length.
 */
export function exchange(method, url, { headers = {}, body, agent } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent, timeout: QUIET_LIMIT })
    let answered = false
    request.on('timeout', () => request.destroy(new ConnectionLost(`${method}: nothing for ${QUIET_LIMIT} ms`)))
    request.on('response', (message) => {
      answered = true
      const chunks = []
      message.on('data', (chunk) => chunks.push(chunk))
      message.on('error', (trouble) => reject(new ConnectionLost(`${method}: ${trouble.message}`)))
      message.on('end', () => {
        resolve(new Answer(message, Buffer.concat(chunks)))
        if (!request.writableFinished) {
          request.destroy()
        }
      })
    })
    request.on('error', (trouble) => {
      if (!answered) {
        reject(trouble instanceof ConnectionLost ? trouble : new ConnectionLost(`${method}: ${trouble.code ?? trouble.message}`))
      }
    })
    request.on('close', () => body instanceof Readable && body.destroy())
    if (body instanceof Readable) {
      body.on('error', (trouble) => request.destroy(trouble))
      body.pipe(request)
    } else {
      request.end(body)
    }
  })
}

class Answer {
  constructor(message, body) {
    this.status = message.statusCode
    this.headers = message.headers
    this.body = body
  }

  get offset() {
    return this.headers['upload-offset'] === undefined ? undefined : Number(this.headers['upload-offset'])
  }

  /** Of a problem document, its code; else undefined. */
  get code() {
    return /^application\/problem\+json/.test(this.headers['content-type'] ?? '') ? this.json.code : undefined
  }

  get json() {
    return JSON.parse(this.body.toString('utf8'))
  }
}

/** Reads an answer of any size for its length and digest. */
export async function digestOf(url, { headers } = {}) {
  const response = await fetch(url, { headers })
  const hash = createHash('sha256')
  let length = 0
  for await (const chunk of response.body) {
    hash.update(chunk)
    length += chunk.length
  }

  return { status: response.status, headers: response.headers, length, sha256: hash.digest('hex') }
}
