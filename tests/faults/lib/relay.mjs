import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Passes connections on to one port of this machine, and can cut, stall and slow them. */
export class Relay {
  #target
  #listener = createServer({ allowHalfOpen: true }, (client) => this.#carry(client))
  #pairs = new Set()
  #stalled = false

  /** Whoever comes is turned away. */
  isClosed = false

  /** Milliseconds that everything comes later by. */
  latency = 0

  static async open(target) {
    const relay = new Relay()
    relay.#target = target
    relay.#listener.listen(0, '127.0.0.1')
    await once(relay.#listener, 'listening')
    relay.port = relay.#listener.address().port
    return relay
  }

  get connections() {
    return this.#pairs.size
  }

  /** Nothing gets through, and nobody is told. */
  stall() {
    this.#stalled = true
    this.#pairs.forEach((pair) => pair.pause())
  }

  /** The same for some connections, for a time; then they go on, or are cut. */
  stallSome(random, share) {
    const chosen = this.#some(random, share)
    chosen.forEach((pair) => pair.pause())
    return { count: chosen.length, resume: () => chosen.forEach((pair) => pair.resume()), cut: () => chosen.forEach((pair) => pair.cut(true)) }
  }

  resume() {
    this.#stalled = false
    this.#pairs.forEach((pair) => pair.resume())
  }

  /** @param hard both ends see a reset, and what was on its way is lost. */
  cutSome(random, share, hard) {
    const chosen = this.#some(random, share)
    chosen.forEach((pair) => pair.cut(hard))
    return chosen.length
  }

  /** Clients go away and the server does not learn of it, until `end`. */
  loseSome(random, share) {
    const chosen = this.#some(random, share)
    chosen.forEach((pair) => pair.lose())
    return { count: chosen.length, end: () => chosen.forEach((pair) => pair.cut(true)) }
  }

  async close() {
    this.#pairs.forEach((pair) => pair.cut(true))
    this.#listener.close()
    await once(this.#listener, 'close')
  }

  #some(random, share) {
    return [...this.#pairs].filter(() => random.next() < share)
  }

  #carry(client) {
    if (this.isClosed) {
      client.resetAndDestroy()
      return
    }

    const server = connect({ host: '127.0.0.1', port: this.#target, allowHalfOpen: true })
    const pair = new Pair(client, server, () => this.latency, () => this.#pairs.delete(pair))
    this.#pairs.add(pair)
    if (this.#stalled) {
      pair.pause()
    }
  }
}

class Pair {
  #lost = false
  #paused = false
  #late = new Set()
  #over

  constructor(client, server, latency, over) {
    Object.assign(this, { client, server })
    this.#over = over
    for (const [one, other] of [[client, server], [server, client]]) {
      one.setNoDelay(true)
      one.on('error', () => {})
      one.on('data', (bytes) => this.#pass(bytes, one, other, latency()))
      one.on('drain', () => this.#goOn(other))
      one.on('end', () => this.#lost || other.end())
      one.on('close', () => this.#lost || this.cut())
    }
  }

  pause() {
    this.#paused = true
    this.client.pause()
    this.server.pause()
  }

  resume() {
    this.#paused = false
    if (!this.#lost) {
      this.#goOn(this.client)
      this.#goOn(this.server)
    }
  }

  lose() {
    this.#lost = true
    this.server.pause()
    this.client.resetAndDestroy()
  }

  cut(hard = false) {
    this.#over()
    for (const socket of [this.client, this.server]) {
      if (hard) {
        socket.resetAndDestroy()
      } else {
        socket.destroy()
      }
    }
  }

  // What comes behind bytes that are late must not overtake them.
  #goOn(socket) {
    if (!this.#paused && !this.#late.has(socket)) {
      socket.resume()
    }
  }

  #pass(bytes, from, to, latency) {
    if (latency > 0) {
      from.pause()
      this.#late.add(from)
      setTimeout(() => {
        this.#late.delete(from)
        this.#write(bytes, from, to)
        if (!to.writableNeedDrain) {
          this.#goOn(from)
        }
      }, latency)
    } else {
      this.#write(bytes, from, to)
    }
  }

  #write(bytes, from, to) {
    if (!to.destroyed && !to.writableEnded && !to.write(bytes)) {
      from.pause()
    }
  }
}
