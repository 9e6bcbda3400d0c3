import { count } from '../../e2e/lib/persistent.mjs'

// Whatever goes wrong meanwhile, clients are told nothing else: each of these makes every one of them ask for the offset and go on, or, at a
// POST, ask again under its key. 502 and 504 to a POST are the balancer's.
const HARMLESS = new Set([
  'POST 201', 'POST 423', 'POST 502', 'POST 503', 'POST 504', 'POST 507',
  'PATCH 204', 'PATCH 409', 'PATCH 423', 'PATCH 503', 'PATCH 507',
  'HEAD 200', 'HEAD 423',
  'DELETE 204', 'DELETE 423', 'DELETE 502', 'DELETE 503', 'DELETE 504',
])

/** What one client saw and did, and what it may believe since. Offsets are checked while they are told. */
export class Story {
  #acknowledged = new Map()
  #begun = Date.now()
  #lines = []
  answers = {}
  violations = []
  expected = 'ready'
  posts = 1

  /** @param answers of all, by verb and status. */
  constructor(name, kind, content) {
    Object.assign(this, { name, kind, content })
  }

  /** Ids of the uploads that the client was given. */
  get ids() {
    return [...this.#acknowledged.keys()]
  }

  acknowledged(id) {
    return this.#acknowledged.get(id) ?? 0
  }

  /** @param url undefined for a creation. @param offset of a PATCH. */
  begin(verb, url, offset) {
    const id = idOf(url)
    const request = { verb, id, offset, number: this.#lines.length, floor: this.acknowledged(id) }
    this.note(`${verb}${id ? ` ${short(id)}` : ''}${offset === undefined ? '' : ` at ${offset}`} …`)
    if (offset < request.floor && !this.repeats) {
      this.violate(`a PATCH begins at ${offset} of ${id}, which was acknowledged up to ${request.floor}`)
    }

    return request
  }

  /** @param url of what a creation made. */
  end(request, status, offset, url) {
    const { verb, floor } = request
    const id = idOf(url) ?? request.id
    count(this.answers, `${verb} ${status}`)
    this.note(`${request.number}: ${verb} ${status}${offset === undefined ? '' : ` at ${offset}`}${verb === 'POST' && id ? ` ${short(id)}` : ''}`)
    if (!HARMLESS.has(`${verb} ${status}`) && !(this.expected === 'terminated' && status === 404 && this.isEnded)) {
      this.violate(`${verb} was answered ${status}`)
    }

    if (offset < floor && status < 500) {
      this.violate(`${verb} ${status} tells offset ${offset} of ${id}, which was acknowledged up to ${floor}`)
    }

    if (id && status < 300) {
      this.#acknowledged.set(id, Math.max(this.acknowledged(id), offset ?? 0))
    }
  }

  lost(request, why) {
    count(this.answers, `${request.verb} lost`)
    this.note(`${request.number}: ${request.verb} lost (${why})`)
  }

  note(text) {
    this.#lines.push(`${String(Date.now() - this.#begun).padStart(6)} ${text}`)
  }

  violate(text) {
    this.note(`!! ${text}`)
    this.violations.push(text)
  }

  toString() {
    return [`${this.name}, ${this.kind}, ${this.content.size} bytes, ${this.ids.join(' ')}`, ...this.#lines].join('\n    ')
  }
}

function idOf(url) {
  const last = url && new URL(url, 'http://x').pathname.split('/').at(-1)
  return /^[0-9a-f-]{36}$/.test(last ?? '') ? last : undefined
}

function short(id) {
  return id.slice(-6)
}
