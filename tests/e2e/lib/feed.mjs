import { until } from './until.mjs'

/** Listens to /api/v1/events and keeps what it heard, and when. */
export class Feed {
  #aborter = new AbortController()
  #done
  events = []

  /** @param after the last event seen; 0: all there are. */
  static async open(server, after) {
    const feed = new Feed()
    const response = await fetch(`${server.url}/api/v1/events`, {
      headers: { 'Last-Event-ID': String(after) }, signal: feed.#aborter.signal,
    })
    if (!response.ok || !response.headers.get('content-type').startsWith('text/event-stream')) {
      throw new Error(`GET events: ${response.status} ${await response.text()}`)
    }

    feed.#done = feed.#read(response.body.pipeThrough(new TextDecoderStream())).catch(() => {})
    return feed
  }

  /** Stored events about these subjects, in the order they came. */
  about(...subjects) {
    return this.events.filter((event) => event.id !== undefined && subjects.includes(event.data.subject))
  }

  heard(type, subject) {
    return until(`${type} is announced`, () => this.events.find((event) => event.type === type && event.data.subject === subject))
  }

  async close() {
    this.#aborter.abort()
    await this.#done
  }

  async #read(stream) {
    let text = ''
    for await (const more of stream) {
      const blocks = (text + more).split('\n\n')
      text = blocks.pop()
      const at = Date.now()
      this.events.push(...blocks.map(parse).filter((event) => event !== undefined).map((event) => ({ ...event, at })))
    }
  }
}

function parse(block) {
  const fields = {}
  for (const line of block.split('\n').filter((text) => !text.startsWith(':'))) {
    const [name, value] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).replace(/^ /, '')]
    fields[name] = name in fields ? `${fields[name]}\n${value}` : value
  }

  return fields.data === undefined
    ? undefined
    : { id: fields.id === undefined ? undefined : Number(fields.id), type: fields.event, data: JSON.parse(fields.data) }
}
