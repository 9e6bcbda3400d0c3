import { randomInt } from 'node:crypto'

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export class Random {
  #state

  /** E2E_SEED repeats a run's choices; the moments at which they fall are the machine's. */
  constructor(seed = Number(process.env.E2E_SEED ?? randomInt(2 ** 31))) {
    this.seed = seed
    this.#state = seed | 0
  }

  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  between(low, high) {
    return low + Math.floor(this.next() * (high - low))
  }
}
