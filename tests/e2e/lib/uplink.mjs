import http from 'node:http'
import { performance } from 'node:perf_hooks'

// Milliseconds of silence that a line makes up for: timers are late.
const BURST = 4

/**
 * A client's line, of some bandwidth, as an agent for node's http. Without it the buffers between two sockets of one machine take megabytes
 * before any answer can come; a line lets through what its bandwidth is.
 */
export class Uplink {
  #rate
  #counted = new Map()
  #free = 0
  agent = new http.Agent({ keepAlive: true })

  /** @param rate bytes per second, or an object that has them as bytesPerSecond and may change. */
  constructor(rate) {
    this.#rate = typeof rate === 'number' ? { bytesPerSecond: rate } : rate
    const connect = this.agent.createConnection
    this.agent.createConnection = (...args) => this.#pace(connect.apply(this.agent, args))
  }

  /** How many bytes the client handed to the connection from this port of its own, which has ended; undefined: it did not use this line. */
  take(port) {
    const counted = this.#counted.get(port)
    this.#counted.delete(port)
    return counted?.handed
  }

  #pace(socket) {
    const counter = { handed: 0 }

    // A request hears of it while the connection is its own; the rest of a body may still be on its way then.
    socket.on('error', () => {})
    socket.once('connect', () => this.#counted.set(socket.localPort, counter))
    const write = socket._write
    socket._writev = undefined
    socket._write = (bytes, encoding, done) => {
      // The end of a body, of which node counts the bytes alone: held back, the next request could have the connection before this one has let go of it,
      // and the two of them wait for each other.
      if (bytes.length === 0) {
        write.call(socket, bytes, encoding, done)
        return
      }

      counter.handed += Buffer.byteLength(bytes, encoding === 'buffer' ? undefined : encoding)
      write.call(socket, bytes, encoding, (trouble) => {
        this.#free = Math.max(this.#free, performance.now() - BURST) + (bytes.length / this.#rate.bytesPerSecond) * 1000
        const wait = this.#free - performance.now()
        if (trouble || wait < 1) {
          done(trouble)
        } else {
          setTimeout(done, wait)
        }
      })
    }
    return socket
  }
}
