import { createCipheriv, createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'

const BLOCK = 16
const PIECE = 1 << 20
const zeros = Buffer.alloc(PIECE + BLOCK)

/**
 * The bytes of a file that lies nowhere: the AES-CTR key stream of its seed. Any range of it is made when it is asked for, so a file of any
 * size costs no memory and no disk.
 */
export class Content {
  #key
  #digest

  constructor(seed, size) {
    this.size = size
    this.#key = createHash('sha256').update(String(seed)).digest()
  }

  bytes(start, end = this.size) {
    const until = Math.min(end, this.size)
    return Buffer.concat([...this.pieces(start, until)], Math.max(0, until - start))
  }

  *pieces(start = 0, end = this.size) {
    for (let at = start; at < end; at += PIECE) {
      yield this.#piece(at, Math.min(PIECE, end - at))
    }
  }

  stream(start = 0, end = this.size) {
    return Readable.from(this.pieces(start, end), { objectMode: false })
  }

  /** Hexadecimal. Lets others run in between: a GiB takes seconds. */
  sha256() {
    this.#digest ??= this.#hash()
    return this.#digest
  }

  async #hash() {
    const hash = createHash('sha256')
    for (const piece of this.pieces()) {
      hash.update(piece)
      await setImmediate()
    }

    return hash.digest('hex')
  }

  #piece(at, length) {
    const counter = Buffer.alloc(BLOCK)
    counter.writeBigUInt64BE(BigInt(Math.floor(at / BLOCK)), BLOCK - 8)
    const skip = at % BLOCK
    const keyStream = createCipheriv('aes-256-ctr', this.#key, counter).update(zeros.subarray(0, skip + length))
    return keyStream.subarray(skip)
  }
}
