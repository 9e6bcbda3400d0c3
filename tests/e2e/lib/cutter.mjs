import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * Passes everything on to a server, and cuts one connection: the one that brings a certain byte, counted over all. As with a phone that
 * goes out of reach, the server does not learn of it.
 */
export class Cutter {
  #listener
  #sockets = new Set()
  #left
  #silent
  #arrived

  constructor(server, after, arrived) {
    const { hostname, port } = new URL(server.url)
    this.#left = after
    this.#arrived = arrived
    this.#listener = createServer((client) => this.#carry(client, connect(port, hostname)))
  }

  get isCut() {
    return this.#silent !== undefined
  }

  /** @param after how many bytes get through before the cut. @param arrived ends when the server has them; then comes the cut. */
  static async open(t, server, after, arrived) {
    const cutter = new Cutter(server, after, arrived)
    cutter.#listener.listen(0, '127.0.0.1')
    await once(cutter.#listener, 'listening')
    cutter.url = `http://127.0.0.1:${cutter.#listener.address().port}`
    t.after(() => cutter.#close())
    return cutter
  }

  #close() {
    this.#sockets.forEach((socket) => socket.destroy())
    this.#listener.close()
  }

  #carry(client, server) {
    for (const [one, other] of [[client, server], [server, client]]) {
      this.#sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        if (client !== this.#silent) {
          other.destroySoon()
        }
      })
      one.on('drain', () => other.resume())
    }

    server.on('data', (bytes) => pass(bytes, server, client))
    client.on('data', (bytes) => {
      if (client === this.#silent) {
        return
      }

      const cuts = !this.isCut && bytes.length > this.#left
      pass(cuts ? bytes.subarray(0, this.#left) : bytes, client, server)
      this.#left -= bytes.length
      if (cuts) {
        this.#silent = client
        this.#arrived().finally(() => client.destroy())
      }
    })
  }
}

function pass(bytes, from, to) {
  if (!to.destroyed && !to.write(bytes)) {
    from.pause()
  }
}
