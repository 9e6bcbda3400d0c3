import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { Uplink } from './uplink.mjs'
import { RequestReader, readHead } from './wire.mjs'

/** What a load balancer says of an upload that is there. tus-js-client forgets the upload's URL for each of them. */
export const LIES = [401, 429, 500, 502, 503]

/**
 * The way from one client to the server, with accidents: the connection is cut at chosen places of the file, and HEAD is for a
 * while answered by something that is not the server. Places and ways are the seed's choice; what was under way then is the machine's.
 *
 * A cut is one of three. In the body: bytes up to its place get through. In the head: some bytes of the next request's head get through.
 * Before the answer: the next answer is lost. Those left when the server has all bytes come before an answer: their number is exact.
 */
export class Network {
  #server
  #random
  #listener = createServer({ allowHalfOpen: true }, (client) => this.#carry(client))
  #lines = new Set()
  #uplink
  #cuts
  #lies
  #liesFrom
  #place = 0
  #size
  done = { head: 0, body: 0, answer: 0 }

  /** Every request that brought bytes, and every offset that the server told, in their order. */
  story = []

  /** @param bytesPerSecond of the client's line. @param lies statuses for some HEADs. */
  static async open(server, random, size, { cuts, bytesPerSecond, lies = [] }) {
    const network = new Network()
    network.#server = new URL(server.url)
    network.#random = random
    network.#size = size
    network.#cuts = Array
      .from({ length: cuts }, () => ({ at: random.between(1, size), kind: kindOf(random.next()), hard: random.next() < 0.5 }))
      .sort((a, b) => a.at - b.at)
    network.#lies = [...lies]
    network.#liesFrom = random.between(0, size / 3)
    network.#listener.listen(0, '127.0.0.1')
    await once(network.#listener, 'listening')
    network.url = `http://127.0.0.1:${network.#listener.address().port}`
    network.#uplink = new Uplink(bytesPerSecond)
    return network
  }

  /** Through which the client has to connect. */
  get agent() {
    return this.#uplink.agent
  }

  get cuts() {
    return this.done.head + this.done.body + this.done.answer
  }

  async close() {
    this.agent.destroy()
    for (const line of this.#lines) {
      line.end()
    }

    this.#listener.close()
    await once(this.#listener, 'close')
  }

  #carry(client) {
    const server = connect({ host: this.#server.hostname, port: this.#server.port, allowHalfOpen: true })
    const line = new Line(client, server, () => {
      this.#lines.delete(line)
      const unread = (this.#uplink.take(line.port) ?? client.bytesRead) - client.bytesRead
      if (line.request?.entry) {
        line.request.entry.sent += unread
      }
    })
    this.#lines.add(line)
    client.on('data', (bytes) => line.requests.read(bytes))
    server.on('data', (bytes) => this.#answer(line, bytes))
    line.requests = new RequestReader({
      head: (request, bytes) => this.#begin(line, request, bytes),
      body: (bytes) => this.#bring(line, bytes),
    })
  }

  #begin(line, request, bytes) {
    line.request = { ...request, answered: false, answer: Buffer.alloc(0) }
    if (request.length > 0) {
      line.request.entry = { from: request.offset, sent: 0, cut: false }
      this.story.push(line.request.entry)
    }

    const cut = this.#due('head')
    if (cut) {
      line.send(bytes.subarray(0, this.#random.between(0, bytes.length)))
      this.#cut(line, cut)
    } else if (request.method === 'HEAD' && this.#lies.length > 0 && this.#place >= this.#liesFrom) {
      line.client.write(`HTTP/1.1 ${this.#lies.shift()} Not the server\r\nContent-Length: 0\r\n\r\n`)
    } else {
      line.send(bytes)
    }
  }

  #bring(line, bytes) {
    const { request } = line
    const at = request.offset + request.entry.sent
    request.entry.sent += bytes.length
    const cut = request.answered ? undefined : this.#cuts.find(({ kind, at: place }) => kind === 'body' && place <= at + bytes.length)
    const through = cut ? bytes.subarray(0, Math.max(0, cut.at - at)) : bytes
    this.#place = Math.max(this.#place, at + through.length)
    line.send(through)
    if (cut) {
      this.#cut(line, cut)
    }
  }

  #answer(line, bytes) {
    const { request } = line
    if (request.answered) {
      line.client.write(bytes)
      return
    }

    request.answer = Buffer.concat([request.answer, bytes])
    const head = readHead(request.answer)
    if (head === undefined) {
      return
    }

    const offset = head.status < 300 && head.headers['upload-offset'] !== undefined ? Number(head.headers['upload-offset']) : undefined
    if (offset !== undefined) {
      this.story.push({ told: offset })
    }

    const cut = this.#due('answer') ?? (offset === this.#size ? this.#cuts[0] : undefined)
    if (cut) {
      this.#cut(line, { ...cut, kind: 'answer' }, cut)
      return
    }

    request.answered = true
    line.client.write(request.answer)
  }

  #due(kind) {
    return this.#cuts.find((cut) => cut.kind === kind && cut.at <= this.#place)
  }

  #cut(line, { kind, hard }, planned) {
    this.#cuts.splice(this.#cuts.findIndex((cut) => cut === planned || (!planned && cut.kind === kind)), 1)
    this.done[kind]++
    if (line.request.entry) {
      line.request.entry.cut = true
    }

    line.end(hard)
  }
}

/** A client's connection and the one to the server for it. */
class Line {
  #over

  constructor(client, server, over) {
    // The port is forgotten when the connection is reset.
    Object.assign(this, { client, server, port: client.remotePort })
    this.#over = over
    for (const [one, other] of [[client, server], [server, client]]) {
      one.on('error', () => {})
      one.on('end', () => other.end())
      one.on('drain', () => other.resume())
      one.on('close', () => this.end())
    }
  }

  send(bytes) {
    if (!this.server.destroyed && bytes.length > 0 && !this.server.write(bytes)) {
      this.client.pause()
    }
  }

  /** @param hard both ends see a reset, and what the server has not read yet is lost as well. */
  end(hard = false) {
    const over = this.#over
    this.#over = undefined
    over?.()
    this.requests?.stop()
    for (const socket of [this.client, this.server]) {
      if (hard) {
        socket.resetAndDestroy()
      } else {
        socket.destroy()
      }
    }
  }
}

function kindOf(number) {
  return number < 0.5 ? 'body' : number < 0.75 ? 'head' : 'answer'
}
