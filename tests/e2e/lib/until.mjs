import { setTimeout as pause } from 'node:timers/promises'

/** What a client of a server that may die sees when it does. */
export class ConnectionLost extends Error {}

/** Asks again until the answer is truthy, and gives it back. A lost connection is no answer; anything else that is thrown is final. */
export async function until(what, probe, { within = 15_000, every = 25 } = {}) {
  const deadline = Date.now() + within
  for (;;) {
    let lost
    try {
      const answer = await probe()
      if (answer) {
        return answer
      }
    } catch (trouble) {
      if (!(trouble instanceof ConnectionLost)) {
        throw trouble
      }

      lost = trouble
    }

    if (Date.now() >= deadline) {
      throw new Error(`${what}: not within ${within} ms${lost ? ` (${lost.message})` : ''}`)
    }

    await pause(every)
  }
}
