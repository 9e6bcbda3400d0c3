import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exchange } from '../../e2e/lib/http.mjs'
import { Server } from '../../e2e/lib/server.mjs'
import { until } from '../../e2e/lib/until.mjs'
import { Disk } from './disk.mjs'
import { HaProxy } from './haproxy.mjs'
import { Postgres } from './postgres.mjs'
import { Relay } from './relay.mjs'
import { ObjectStore } from './s3.mjs'

const READY_LIMIT = 120_000

// Everything that waits for a death waits as short as may be, so that a seed takes seconds.
const SETTINGS = {
  'Content:Shared': 'true',
  'Proxies:Known:0': '127.0.0.1',
  'Leases:HeartbeatPeriod': '00:00:01',
  'Health:MinFreeDiskBytes': '0',
  'Content:MinFreeBytes': '0',
  'Content:OrphanAge': '00:00:10',
  'Storage:OrphanedObjects': 'remove',
  'Janitors:Interval': '00:00:02',
  'Janitors:ObjectsInterval': '00:00:02',
  'Jobs:InvisibilityTimeout': '00:00:05',
  'Jobs:NodeSilence': '00:00:05',
  'Jobs:SweepInterval': '00:00:01',
  'Jobs:UnqueuedAfter': '00:00:01',
  'Jobs:PollInterval': '00:00:01',
  'Jobs:RetryPollInterval': '00:00:00.200',
  'Jobs:FirstRetryDelay': '00:00:00.200',
  'Jobs:MaxRetryDelay': '00:00:01',
  'Jobs:Attempts': '200',
  'Tus:SweepInterval': '00:00:01',
  'Tus:IdleTimeout': '00:00:10',
  'Logging:LogLevel:Default': 'Information',
}

const started = new Set()

// Who ends this process leaves nothing behind either; servers see to that themselves.
process.on('exit', () => started.forEach((cluster) => cluster.abandon()))

/** Several servers on one Postgres behind one HAProxy, each with its own way to the database. Clients come through `clients`. */
export class Cluster {
  nodes = []

  /** @param settings of every server. @param program its dll, where it is not the built one. */
  static async start({ nodes = 3, settings = {}, program } = {}) {
    const cluster = new Cluster()
    started.add(cluster)
    cluster.folder = mkdtempSync(join(tmpdir(), 'tus-upload-faults-'))
    chmodSync(cluster.folder, 0o755)
    try {
      await cluster.#start(nodes, settings, program)
    } catch (trouble) {
      await cluster.stop()
      throw trouble
    }

    return cluster
  }

  /** Where clients go: a relay in front of HAProxy. */
  get url() {
    return `http://127.0.0.1:${this.clients.port}`
  }

  /** HAProxy itself, for those who only look. */
  get quietUrl() {
    return `http://127.0.0.1:${this.haproxy.port}`
  }

  get sql() {
    return this.postgres.sql
  }

  /** Writes what the servers, HAProxy and Postgres said to a folder. */
  keepLogs(folder) {
    this.nodes.forEach((node) => writeFileSync(join(folder, `node${node.index}.log`), node.server.log))
    writeFileSync(join(folder, 'haproxy.log'), this.haproxy.log)
  }

  /** Undoes every fault and returns when all answer. */
  async heal() {
    this.disk.free()
    this.clients.resume()
    if (!this.postgres.isRunning) {
      await this.postgres.up()
    }

    await Promise.all(this.nodes.map((node) => node.heal()))
    await until('HAProxy sees them all', async () => {
      const seen = await Promise.all(this.nodes.map(() => exchange('GET', `${this.quietUrl}/health/ready`).then((answer) => answer.status, () => 0)))
      return seen.every((status) => status === 200)
    }, { within: READY_LIMIT, every: 50 })
  }

  async stop() {
    await Promise.all(this.nodes.map((node) => node.stop().catch(() => {})))
    await this.clients?.close()
    await this.store?.stop()
    this.abandon()
  }

  /** Without waiting, and without the servers. */
  abandon() {
    started.delete(this)
    this.haproxy?.kill()
    this.store?.kill()
    this.postgres?.quit()
    this.disk?.close()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  async #start(count, settings, program) {
    this.disk = new Disk(this.folder)
    this.postgres = await Postgres.start(this.folder)
    if (settings['Content:Kind'] === 's3') {
      this.store = await ObjectStore.start(this.folder)
      settings = { ...this.store.settings, ...settings }
    }

    // One after another: the first makes the schema.
    for (let index = 0; index < count; index++) {
      this.nodes.push(await Node.start(this, index, settings, program))
    }

    this.haproxy = await HaProxy.start(this.folder, this.nodes.map((node) => node.port))
    this.clients = await Relay.open(this.haproxy.port)
    await this.heal()
  }
}

/** One server of several. */
class Node {
  #disk
  #flag
  #stopped = false

  static async start(cluster, index, settings, program) {
    const node = new Node()
    node.index = index
    node.#disk = cluster.disk
    node.#flag = join(cluster.folder, `eio-${index}`)
    node.database = await Relay.open(cluster.postgres.port)
    node.server = await Server.start({
      'ConnectionStrings:Postgres':
        `Host=127.0.0.1;Port=${node.database.port};Username=tus_upload;Database=tus_upload;Timeout=5;Command Timeout=10;Application Name=TusUpload-${index}`,
      'Content:Path': cluster.disk.content,
      'Storage:LocalPath': cluster.disk.objects,
      ...SETTINGS,
      ...settings,
    }, { environment: cluster.disk.environment(node.#flag), program })
    node.port = Number(new URL(node.server.url).port)
    return node
  }

  get isRunning() {
    return this.server.isRunning
  }

  async kill() {
    await this.server.kill()
    this.#stopped = false
  }

  freeze() {
    this.server.pause()
    this.#stopped = true
  }

  thaw() {
    if (this.#stopped) {
      this.server.goOn()
      this.#stopped = false
    }
  }

  terminate() {
    this.thaw()
    return this.server.stop()
  }

  breakDisk() {
    this.#disk.breakFor(this.#flag)
  }

  mendDisk() {
    this.#disk.mend(this.#flag)
  }

  /** As whatever supervises it does: a server ends where its database is away while it starts, and is started again. */
  async start() {
    await until(`node ${this.index} starts`, () => this.server.start().then(() => true, (trouble) => {
      this.trouble = trouble
    }), { within: READY_LIMIT, every: 100 }).catch((late) => {
      throw new Error(`${late.message}: ${this.trouble?.message}`)
    })
  }

  async heal() {
    this.mendDisk()
    this.database.latency = 0
    this.database.resume()
    this.thaw()
    if (!this.isRunning) {
      await this.start()
    }

    await until(`node ${this.index} is ready`, () => this.isReady(), { within: READY_LIMIT, every: 50 })
  }

  isReady() {
    return exchange('GET', `${this.server.url}/health/ready`).then((answer) => answer.status === 200, () => false)
  }

  async stop() {
    this.thaw()
    this.database.resume()
    await this.server.dispose()
    await this.database.close()
  }
}
