import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Server } from './server.mjs'

/**
 * Servers that share a database, a content folder and an object store, all of them the first one's. The first one is never killed: its Postgres is
 * everybody's.
 */
export class Nodes {
  #settings
  #others = []

  /** @param count how many take uploads, besides the first. */
  static async start(count, settings = {}) {
    const nodes = new Nodes()
    nodes.first = await Server.start({ ...settings, 'Content:Shared': true })
    const { dataPath } = nodes.first
    nodes.#settings = {
      ...settings,
      'ConnectionStrings:Postgres': connectionString(dataPath),
      'Content:Shared': true,
      'Content:Path': join(dataPath, 'content'),
      'Storage:LocalPath': join(dataPath, 'objects'),
    }
    try {
      for (let node = 0; node < count; node++) {
        await nodes.add()
      }
    } catch (trouble) {
      await nodes.dispose()
      throw trouble
    }

    return nodes
  }

  /** One more. */
  async add() {
    const node = await Server.start(this.#settings)
    this.#others.push(node)
    return node
  }

  /** Those that take uploads. */
  get nodes() {
    return [...this.#others]
  }

  get log() {
    return [this.first, ...this.#others].map((node) => node.log.slice(-3_000)).join('\n---\n')
  }

  async dispose() {
    await Promise.all(this.#others.map((node) => node.dispose()))
    await this.first.dispose()
  }
}

function connectionString(dataPath) {
  const lines = readFileSync(join(dataPath, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')
  return `Host=${lines[4]};Port=${lines[3]};Username=tus_upload;Database=tus_upload;Maximum Pool Size=20`
}
