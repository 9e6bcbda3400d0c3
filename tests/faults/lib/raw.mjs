import http from 'node:http'
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { metadataOf } from '../../e2e/lib/tus.mjs'
import { ConnectionLost } from '../../e2e/lib/until.mjs'

const AGAIN = 50
const PIECE = 32 << 10

// How long it waits for an answer before it takes the connection for dead: less than nodes take to notice that one of them is frozen.
const PATIENCE = 1_200
const NASTY_ROUNDS = 4

/** A client of our own that believes nothing but what it is told, has no patience, and hangs up, falls silent and asks twice. */
export class RawUpload {
  #story
  #random
  #options
  #silent = []
  #url
  #size
  #end
  #known

  /** @param options url, headers, metadata, bytesPerSecond, signal; whole: the POST brings bytes; deferred: the length is told at last. */
  constructor(story, random, options) {
    this.#story = story
    this.#random = random
    this.#options = options
    this.#size = story.content.size

    // What is ended must not be complete.
    this.#end = options.stopsAt ?? this.#size
    this.#known = !options.deferred
  }

  async run() {
    try {
      let offset = await this.#create()
      for (let round = 0; offset < this.#end || !this.#known; round++) {
        await (round < NASTY_ROUNDS ? this.#nastyRound(offset) : this.#send(offset, this.#end))
        offset = await this.#ask()
      }

      if (this.#options.stopsAt !== undefined) {
        await this.#terminate()
      }
    } finally {
      this.#silent.forEach((request) => request.destroy())
    }
  }

  async #create() {
    const { content } = this.#story
    const first = this.#options.whole ? content.bytes(0, Math.min(this.#size, this.#options.whole)) : undefined
    const headers = {
      'Upload-Metadata': metadataOf(this.#options.metadata),
      ...(this.#known ? { 'Upload-Length': this.#size } : { 'Upload-Defer-Length': '1' }),
      ...(first ? { 'Content-Type': 'application/offset+octet-stream' } : {}),
    }
    for (;;) {
      const answer = await this.#try('POST', '/uploads', { headers, body: first ?? Buffer.alloc(0) })
      if (answer?.status === 201) {
        this.#url = new URL(answer.headers.location, this.#options.url).pathname
        return answer.offset ?? 0
      }

      await this.#rest()
    }
  }

  async #ask() {
    for (;;) {
      const answer = await this.#try('HEAD', this.#url)
      if (answer?.status === 200) {
        this.#known ||= answer.headers['upload-length'] !== undefined
        return answer.offset
      }

      if (answer !== undefined && answer.status !== 423) {
        throw new Error(`HEAD is answered ${answer.status}`)
      }

      await this.#rest()
    }
  }

  async #nastyRound(offset) {
    const left = this.#end - offset
    const end = offset + 1 + this.#random.between(0, left)
    const some = this.#random.between(0, left + 1)
    switch (this.#random.between(0, 6)) {
      case 0:
        await this.#send(offset, end)
        break
      case 1:
        await this.#send(offset, end, { hangUpAfter: some })
        break
      case 2:
        await this.#send(offset, this.#end, { silentAfter: some })
        break
      case 3:
        await this.#send(offset, this.#end, { silentAfter: some, wakesUp: true })
        break
      case 4:
        await Promise.all([this.#send(offset, end), this.#send(offset, end)])
        break
      default:
        await this.#send(offset, end, { checksum: true })
    }
  }

  /** One PATCH. `hangUpAfter`, `silentAfter`: bytes after which the client goes away, or says nothing more and keeps the connection. */
  async #send(offset, end, { checksum, ...manner } = {}) {
    const { content } = this.#story
    const stop = Math.min(end, this.#end)
    const headers = {
      'Content-Type': 'application/offset+octet-stream',
      'Content-Length': stop - offset,
      'Upload-Offset': offset,
      ...(!this.#known && stop === this.#size ? { 'Upload-Length': this.#size } : {}),
      ...(checksum ? { 'Upload-Checksum': `sha1 ${createHash('sha1').update(content.bytes(offset, stop)).digest('base64')}` } : {}),
    }
    return this.#try('PATCH', this.#url, { headers, offset, body: content.bytes(offset, stop), ...manner })
  }

  async #terminate() {
    for (;;) {
      this.#story.isEnded = true
      const answer = await this.#try('DELETE', this.#url)

      // 404: an earlier one was taken and its answer lost.
      if (answer?.status === 204 || answer?.status === 404) {
        break
      }

      await this.#rest()
    }

    for (;;) {
      const answer = await this.#try('HEAD', this.#url)
      if (answer?.status === 404) {
        return
      }

      if (answer?.status === 200) {
        throw new Error('HEAD is answered 200 after a DELETE')
      }

      await this.#rest()
    }
  }

  /** Undefined: no answer came. */
  async #try(verb, path, { headers = {}, offset, body, ...manner } = {}) {
    this.#options.signal.throwIfAborted()
    const record = this.#story.begin(verb, verb === 'POST' ? undefined : path, offset)
    try {
      const answer = await this.#exchange(verb, path, headers, body, manner)
      this.#story.end(record, answer.status, answer.offset, verb === 'POST' && answer.headers.location)
      return answer
    } catch (trouble) {
      if (!(trouble instanceof ConnectionLost)) {
        throw trouble
      }

      this.#story.lost(record, trouble.message)
      return undefined
    }
  }

  #exchange(verb, path, headers, body, { hangUpAfter, silentAfter, wakesUp }) {
    return new Promise((resolve, reject) => {
      const request = http.request(this.#options.url + path, {
        method: verb, agent: false, headers: { 'Tus-Resumable': '1.0.0', ...this.#options.headers, ...headers, ...(verb === 'POST' ? { 'Content-Length': body.length } : {}) },
      })
      const lost = (why) => reject(new ConnectionLost(why))
      const timer = setTimeout(() => {
        lost('no patience')
        request.destroy()
      }, PATIENCE + (body?.length ?? 0) / this.#options.bytesPerSecond * 1000)
      request.on('response', (message) => {
        message.on('data', () => {})
        message.on('error', () => lost('the answer broke'))
        message.on('end', () => {
          clearTimeout(timer)
          const told = message.headers['upload-offset']
          resolve({ status: message.statusCode, headers: message.headers, offset: told === undefined ? undefined : Number(told) })
          request.destroy()
        })
      })
      request.on('error', (trouble) => lost(trouble.code ?? trouble.message))
      request.on('close', () => {
        clearTimeout(timer)
        lost('closed')
      })
      if (body === undefined) {
        request.end()
        return
      }

      const silence = () => {
        clearTimeout(timer)
        this.#silent.push(request)
        lost('fell silent')
      }
      this.#pour(request, body, hangUpAfter ?? silentAfter ?? body.length).then(async (all) => {
        if (hangUpAfter !== undefined) {
          lost('hung up')
          request.destroy()
        } else if (silentAfter !== undefined && !all) {
          silence()
          if (wakesUp) {
            await pause(this.#random.between(20, 600))
            await this.#pour(request, body.subarray(silentAfter), PIECE)
          }
        } else {
          request.end()
        }
      }).catch(() => {})
    })
  }

  /** Writes at the line's rate; whether it was all of it. */
  async #pour(request, body, upTo) {
    const begun = Date.now()
    for (let at = 0; at < upTo && !request.destroyed; at += PIECE) {
      const until = Math.min(at + PIECE, upTo, body.length)
      if (!request.write(body.subarray(at, until))) {
        await new Promise((resolve) => {
          const go = () => {
            request.off('drain', go)
            request.off('close', go)
            resolve()
          }
          request.on('drain', go)
          request.on('close', go)
        })
      }

      const early = begun + (until / this.#options.bytesPerSecond) * 1000 - Date.now()
      if (early > 1) {
        await pause(early)
      }
    }

    return upTo >= body.length
  }

  #rest() {
    return pause(AGAIN)
  }
}
