import assert from 'node:assert/strict'
import { all, assertStored, assertUsage, get, ready } from './api.mjs'
import { Content } from './content.mjs'
import { Feed } from './feed.mjs'
import { count, PersistentUpload, runTusJs } from './persistent.mjs'
import { post, terminate } from './tus.mjs'
import { until } from './until.mjs'

const MiB = 1 << 20

// What clients may see of an accident: facts for which all of them ask for the offset and go on.
const HARMLESS = new Set([
  'POST 201', 'POST 503', 'POST lost', 'PATCH 204', 'PATCH 423', 'PATCH 503', 'PATCH lost', 'HEAD 200', 'HEAD 423', 'HEAD lost',
])

/** Uploads of several kinds, one after another, until they are told to end; the small ones through a share link. */
export class Traffic {
  #server
  #random
  #link
  #running = []
  #ending = false
  #failure
  #made = 0
  answers = {}
  finished = []

  constructor(server, random, link) {
    this.#server = server
    this.#random = random
    this.#link = link
    const one = (content) => new PersistentUpload(server, this.answers).run(content, { bytesPerSecond: 12 * MiB })
    this.#repeat(16 * MiB, 48 * MiB, one)
    this.#repeat(2 * MiB, 8 * MiB, one)
    this.#repeat(4 * MiB, 24 * MiB, (content) => runTusJs(server, this.answers, content, MiB))
    this.#repeat(1, 200_000, (content) => this.#postWhole(content))
  }

  /** Ends when the uploads that are running have finished; fails with the first that failed. */
  async end() {
    this.#ending = true
    await Promise.all(this.#running)
  }

  /** Returns when the server has taken something from now on: uploads are running. */
  async moves() {
    const before = this.#taken
    await until('the server takes something', () => this.#failure || this.#taken > before, { within: 60_000 })
    this.check()
  }

  /** Fails where something has failed, while the traffic goes on. */
  check() {
    if (this.#failure) {
      throw this.#failure
    }
  }

  /** Everything that was finished is there, once, and the accounts add up. */
  async assertAllThere() {
    const finished = new Set(this.finished.map((one) => one.id))
    for (const { id, content } of this.finished) {
      await assertStored(this.#server, await ready(this.#server, id, { within: 60_000 }), content)
    }

    // Creations whose answer was lost: nobody knows them, so nobody goes on with them.
    for (const upload of await all(this.#server, 'uploads')) {
      if (!finished.has(upload.id) && upload.status === 'receiving') {
        assert.equal((await terminate(`${this.#server.url}/uploads/${upload.id}`)).status, 204)
      }
    }

    const files = await until('every file is ready', async () => {
      const listed = await all(this.#server, 'files', `&workspaceId=${this.#link.workspaceId}`)
      return listed.every((file) => file.processingStatus === 'ready') && listed
    }, { within: 60_000, every: 200 })
    assert.deepEqual([...finished].filter((id) => !files.some((file) => file.id === id)), [], 'finished files are listed')
    await assertUsage(this.#server, files.reduce((sum, file) => sum + file.fileSize, 0))
    assert.deepEqual((await get(this.#server, 'usage/drift')).items, [], 'every counter is what it should be')
    const through = files.filter((file) => file.linkId === this.#link.id)
    const { files: counted, storage } = await get(this.#server, `links/${this.#link.id}`)
    assert.deepEqual(
      [counted, storage.used, storage.reserved], [through.length, through.reduce((sum, file) => sum + file.fileSize, 0), 0], 'the link counts what came by it')
    assert.ok(counted > 0)
    await this.#assertAnnouncedOnce(files)
    const surprising = Object.keys(this.answers).filter((answer) => !HARMLESS.has(answer))
    assert.deepEqual(surprising, [], `answers: ${JSON.stringify(this.answers)}`)
  }

  get #taken() {
    return Object.entries(this.answers).reduce((sum, [answer, times]) => sum + (/ 2\d\d$/.test(answer) ? times : 0), 0)
  }

  async #assertAnnouncedOnce(files) {
    const feed = await Feed.open(this.#server, 0)
    try {
      const types = ['upload.created', 'upload.received', 'file.processing', 'file.ready']
      for (const { id } of files) {
        await feed.heard('file.ready', id)
        assert.deepEqual(feed.about(id).map((event) => event.type), types)
      }
    } finally {
      await feed.close()
    }
  }

  #repeat(least, most, upload) {
    const running = this.#run(least, most, upload)

    running.catch((failure) => { this.#failure ??= failure })
    this.#running.push(running)
  }

  async #run(least, most, upload) {
    while (!this.#ending) {
      const content = new Content(`${this.#random.seed}-${this.#made++}`, this.#random.between(least, most))
      this.finished.push({ id: await upload(content), content })
    }
  }

  async #postWhole(content) {
    const created = await until('a small upload is taken', async () => {
      try {
        const answer = await post(this.#server, { size: content.size, body: content.bytes(0), metadata: { linkId: this.#link.id } })
        count(this.answers, `POST ${answer.status}`)
        return answer.status === 201 && answer
      } catch (trouble) {
        count(this.answers, 'POST lost')
        throw trouble
      }
    }, { within: 120_000, every: 50 })
    assert.equal(created.offset, content.size)

    // Small ones are quick: without this they would be nearly all there is.
    await ready(this.#server, created.id, { within: 120_000, every: 100 })
    return created.id
  }
}
