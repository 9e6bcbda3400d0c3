const HEAD_END = Buffer.from('\r\n\r\n')
const NOTHING = Buffer.alloc(0)

/** Reads requests of HTTP/1.1 out of the bytes of a connection; bodies have a Content-Length or there is none. */
export class RequestReader {
  #head = NOTHING
  #left = 0
  #told
  #stopped = false

  /** @param told head(request, bytes) and body(bytes), in the order of the wire. */
  constructor(told) {
    this.#told = told
  }

  read(bytes) {
    while (bytes.length > 0 && !this.#stopped) {
      bytes = this.#left > 0 ? this.#readBody(bytes) : this.#readHead(bytes)
    }
  }

  /** Nothing is told any more. */
  stop() {
    this.#stopped = true
  }

  #readBody(bytes) {
    const body = bytes.subarray(0, this.#left)
    this.#left -= body.length
    this.#told.body(body)
    return bytes.subarray(body.length)
  }

  #readHead(bytes) {
    const all = Buffer.concat([this.#head, bytes])
    const end = all.indexOf(HEAD_END)
    if (end < 0) {
      this.#head = all
      return NOTHING
    }

    this.#head = NOTHING
    const head = all.subarray(0, end + HEAD_END.length)
    const [line, ...rest] = head.toString('latin1').trimEnd().split('\r\n')
    const headers = headersOf(rest)
    this.#left = Number(headers['content-length'] ?? 0)
    this.#told.head({ method: line.split(' ')[0], offset: Number(headers['upload-offset'] ?? 0), length: this.#left }, head)
    return all.subarray(head.length)
  }
}

/** Status and headers of an answer whose head is whole; else undefined. */
export function readHead(bytes) {
  const end = bytes.indexOf(HEAD_END)
  if (end < 0) {
    return undefined
  }

  const [line, ...rest] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  return { status: Number(line.split(' ')[1]), headers: headersOf(rest), length: end + HEAD_END.length }
}

function headersOf(lines) {
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
}
