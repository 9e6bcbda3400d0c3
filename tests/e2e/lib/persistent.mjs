import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { head, patch, post } from './tus.mjs'
import { finish, uploadOf } from './tusjs.mjs'
import { ConnectionLost, until } from './until.mjs'

const PATIENCE = 120_000
const AGAIN = 50

/**
 * A client that never gives up, and believes nothing but what it was told: after each loss it asks for the offset, and an offset below one
 * that it was told of before fails the test.
 */
export class PersistentUpload {
  #server
  #answers
  #acknowledged = 0

  /** @param answers counts what was answered, by method and status. */
  constructor(server, answers) {
    this.#server = server
    this.#answers = answers
  }

  /** @param bytesPerSecond so that there is time for an accident. */
  async run(content, { metadata, bytesPerSecond = 64 << 20 } = {}) {
    const created = await until('an upload is created', async () => {
      const answer = await this.#ask('POST', () => post(this.#server, { size: content.size, metadata }))
      return answer?.status === 201 && answer
    }, { within: PATIENCE, every: AGAIN })
    this.url = created.url
    this.id = created.id
    let offset = created.offset ?? 0
    while (offset < content.size) {
      const answer = await this.#ask('PATCH', () => patch(
        this.url, offset, Readable.from(paced(content.pieces(offset), bytesPerSecond), { objectMode: false }), { length: content.size - offset }))
      if (answer?.status === 204) {
        this.#acknowledge(answer.offset)
      }

      offset = await this.#askOffset()
    }

    return created.id
  }

  async #askOffset() {
    const answer = await until(`HEAD of ${this.id} is answered`, async () => {
      const asked = await this.#ask('HEAD', () => head(this.url))
      assert.ok(asked === undefined || asked.status === 200 || asked.status === 423, `HEAD is answered ${asked?.status}`)
      return asked?.status === 200 && asked
    }, { within: PATIENCE, every: AGAIN })
    this.#acknowledge(answer.offset)
    return answer.offset
  }

  #acknowledge(offset) {
    assert.ok(offset >= this.#acknowledged, `${this.id} was acknowledged up to ${this.#acknowledged} and is at ${offset}`)
    this.#acknowledged = offset
  }

  /** Undefined where the connection was lost. */
  async #ask(method, request) {
    try {
      const answer = await request()
      count(this.#answers, `${method} ${answer.status}`)
      return answer
    } catch (trouble) {
      if (!(trouble instanceof ConnectionLost)) {
        throw trouble
      }

      count(this.#answers, `${method} lost`)
      return undefined
    }
  }
}

/** The same with tus-js-client, which must never start again from the first byte. */
export async function runTusJs(server, answers, content, chunkSize) {
  const urls = new Set()
  const run = uploadOf(content, `${server.url}/uploads`, {
    chunkSize,
    retryDelays: Array.from({ length: PATIENCE / 100 }, () => 100),
    onUploadUrlAvailable: () => urls.add(run.upload.url),
  })
  const id = await finish(run)
  run.requests.forEach(({ method, status }) => count(answers, `${method} ${status}`))
  assert.equal(urls.size, 1, 'tus-js-client kept its upload')
  return id
}

export function count(answers, what) {
  answers[what] = (answers[what] ?? 0) + 1
}

async function* paced(pieces, bytesPerSecond) {
  const begun = Date.now()
  let sent = 0
  for (const piece of pieces) {
    yield piece
    sent += piece.length
    const early = begun + (sent / bytesPerSecond) * 1000 - Date.now()
    if (early > 1) {
      await pause(early)
    }
  }
}
