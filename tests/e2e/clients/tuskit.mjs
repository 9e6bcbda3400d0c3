import { exchange } from '../lib/http.mjs'
import { ConnectionLost } from '../lib/until.mjs'
import { metadataOf } from '../lib/tus.mjs'

const CHUNK = 500 * 1024
const TRIES = 3
const EXTENSIONS = new Set([
  'creation', 'creation-with-upload', 'termination', 'concatenation', 'creation-defer-length', 'checksum', 'checksum-trailer', 'expiration',
])

/** What TUSKit reports as uploadFailed: its tries are used up, and the app has to ask for more. */
export class UploadFailed extends Error {}

/**
 * Uploads as TUSKit 3.8 does on the wire, oddities included: a failed step is tried twice more as it is, at the offset it knew; only the
 * app's retry asks the server for its offset. The answer to a PATCH is judged by its Upload-Offset alone, other answers by their status. A HEAD
 * that fails never becomes a new upload.
 */
export class TusKit {
  #endpoint
  #content
  #metadata
  #known = 0
  #errors = 0
  requests = []

  constructor(endpoint, content, metadata = {}) {
    this.#endpoint = endpoint
    this.#content = content
    this.#metadata = { filename: 'photo.heic', ...metadata }
  }

  /** The extensions it understands. It takes the list apart at its commas and nothing else. */
  async serverInfo() {
    const answer = await this.#ask('OPTIONS', this.#endpoint)
    if (answer.status !== 200 && answer.status !== 204) {
      throw new UploadFailed(`OPTIONS: ${answer.status}`)
    }

    return answer.headers['tus-extension'].split(',').filter((name) => EXTENSIONS.has(name))
  }

  /** Creates, then uploads. */
  async upload() {
    await this.#attempt(async () => {
      const answer = await this.#ask('POST', this.#endpoint, {
        headers: { 'Upload-Length': this.#content.size, 'Upload-Metadata': metadataOf(this.#metadata), 'Content-Length': 0 },
      })
      accept(answer)
      if (!answer.headers.location) {
        throw new ConnectionLost('no Location')
      }

      this.url = new URL(answer.headers.location, this.#endpoint).href
    })
    await this.#bring()
  }

  /** What an app calls after uploadFailed, or after its start for an upload that it finds unfinished. */
  async retry() {
    this.#errors = 0
    await this.#attempt(async () => {
      const answer = await this.#ask('HEAD', this.url)
      accept(answer)
      const [length, offset] = ['upload-length', 'upload-offset'].map((name) => Number(answer.headers[name] ?? NaN))
      if (length !== this.#content.size || !(offset <= length)) {
        throw new ConnectionLost(`a status of ${offset} of ${length}`)
      }

      this.#known = offset
    })
    await this.#bring()
  }

  async #bring() {
    while (this.#known < this.#content.size) {
      const from = this.#known
      await this.#attempt(async () => {
        const bytes = this.#content.bytes(from, from + CHUNK)
        const answer = await this.#ask('PATCH', this.url, {
          headers: { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': from, 'Content-Length': bytes.length },
          body: bytes,
        })
        if (answer.offset === undefined || answer.offset === this.#known) {
          throw new ConnectionLost(`PATCH: ${answer.status}`)
        }

        this.#known = answer.offset
      })
    }
  }

  /** Once and twice more, the same each time. */
  async #attempt(step) {
    for (;;) {
      try {
        await step()
        this.#errors = 0
        return
      } catch (trouble) {
        if (!(trouble instanceof ConnectionLost)) {
          throw trouble
        }

        this.#errors++
        if (this.#errors >= TRIES) {
          throw new UploadFailed(trouble.message)
        }
      }
    }
  }

  async #ask(method, url, { headers = {}, body } = {}) {
    const request = { method, offset: headers['Upload-Offset'] }
    this.requests.push(request)
    const answer = await exchange(method, url, { headers: { 'TUS-Resumable': '1.0.0', ...headers }, body })
    request.status = answer.status
    return answer
  }
}

function accept(answer) {
  if (answer.status < 200 || answer.status > 299) {
    throw new ConnectionLost(`answered ${answer.status}`)
  }
}
