import http from 'node:http'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { exchange } from '../lib/http.mjs'
import { ConnectionLost } from '../lib/until.mjs'
import { metadataOf } from '../lib/tus.mjs'

const PAYLOAD = 10 << 20
const PIECE = 4096
const DELAYS = [500, 1000, 2000, 3000]

/** An answer that it does not like; final unless it is 5xx or 423. */
export class ProtocolError extends Error {
  constructor(status, message) {
    super(`${message} (${status})`)
    this.status = status
  }

  get isPassing() {
    return this.status >= 500 || this.status === 423
  }
}

/**
 * Uploads as tus-java-client does, and tus-android-client through it: 10 MiB to a PATCH, chunked in pieces of 4 KiB because nothing says
 * how long it will be, sent only after 100 Continue; where its runtime knows no PATCH, a POST that says it is one. It checks each told offset
 * against what it sent. At the end it always makes one more PATCH when the last one was full, with no bytes.
 */
export class TusJava {
  #endpoint
  #content
  #overrides
  #metadata
  requests = []

  /** @param urls its store: remembers where an upload is, by fingerprint. */
  constructor(endpoint, content, { urls = new Map(), overrides = false, metadata = {} } = {}) {
    Object.assign(this, { urls })
    this.#endpoint = endpoint
    this.#content = content
    this.#overrides = overrides
    this.#metadata = { filename: 'video.mp4', ...metadata }
  }

  /** Tries five times in all. */
  async makeAttempts() {
    for (const delay of [...DELAYS, undefined]) {
      try {
        return await this.#attempt()
      } catch (trouble) {
        const passes = trouble instanceof ConnectionLost || (trouble instanceof ProtocolError && trouble.isPassing)
        if (!passes || delay === undefined) {
          throw trouble
        }

        await pause(delay)
      }
    }
  }

  get url() {
    return this.urls.get('fingerprint')
  }

  async #attempt() {
    let offset = await this.#resumeOrCreate()
    for (;;) {
      const end = Math.min(offset + PAYLOAD, this.#content.size)
      await this.#bring(offset, end)
      if (end - offset < PAYLOAD) {
        return
      }

      offset = end
    }
  }

  async #resumeOrCreate() {
    if (this.url) {
      const answer = await this.#note('HEAD', exchange('HEAD', this.url, { headers: { 'Tus-Resumable': '1.0.0' } }))
      if (answer.status !== 404) {
        return offsetOf(answer, 'while resuming')
      }
    }

    const answer = await this.#note('POST', exchange('POST', this.#endpoint, {
      headers: {
        'Tus-Resumable': '1.0.0', 'Upload-Metadata': metadataOf(this.#metadata), 'Upload-Length': this.#content.size, 'Content-Length': 0,
      },
    }))
    accept(answer, 'while creating')
    this.urls.set('fingerprint', new URL(answer.headers.location, this.#endpoint).href)
    return 0
  }

  async #bring(from, end) {
    const answer = await this.#note('PATCH', this.#send(from, end), from)
    const told = offsetOf(answer, 'while uploading')
    if (told !== end) {
      throw new ProtocolError(answer.status, `was told ${told} instead of ${end}`)
    }
  }

  async #note(method, answering, offset) {
    const request = { method, offset }
    this.requests.push(request)
    const answer = await answering
    request.status = answer.status
    return answer
  }

  async #send(from, end) {
    const request = http.request(this.url, {
      method: this.#overrides ? 'POST' : 'PATCH',
      headers: {
        'Tus-Resumable': '1.0.0',
        'Upload-Offset': from,
        'Content-Type': 'application/offset+octet-stream',
        'Transfer-Encoding': 'chunked',
        Expect: '100-continue',
        ...(this.#overrides ? { 'X-HTTP-Method-Override': 'PATCH' } : {}),
      },
    })
    request.on('continue', () => this.#write(request, from, end).catch(() => {}))
    request.flushHeaders()
    try {
      const [message] = await once(request, 'response')
      message.resume()
      await once(message, 'end')
      return { status: message.statusCode, headers: message.headers }
    } catch (trouble) {
      throw new ConnectionLost(`PATCH: ${trouble.code ?? trouble.message}`)
    } finally {
      request.destroy()
    }
  }

  async #write(request, from, end) {
    for (let at = from; at < end; at += PIECE) {
      if (!request.write(this.#content.bytes(at, Math.min(at + PIECE, end)))) {
        await once(request, 'drain')
      }
    }

    request.end()
  }
}

function offsetOf(answer, when) {
  accept(answer, when)
  if (!/^\d+$/.test(answer.headers['upload-offset'] ?? '')) {
    throw new ProtocolError(answer.status, `no offset ${when}`)
  }

  return Number(answer.headers['upload-offset'])
}

function accept(answer, when) {
  if (answer.status < 200 || answer.status > 299) {
    throw new ProtocolError(answer.status, `unexpected status ${when}`)
  }
}
