import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { randomInt } from 'node:crypto'
import { until } from './until.mjs'

const BUILT = fileURLToPath(new URL('../../../src/TusUpload.Server/bin/Release/net10.0/TusUpload.Server.dll', import.meta.url))

// A stopped cluster with the schema in it, see ./template.mjs: to copy it takes a tenth of the time that to make one does.
const TEMPLATE = process.env.E2E_TEMPLATE
const LISTENING = /Now listening on: (http:\/\/\S+)/
const START_LIMIT = 120_000
const KEPT_LOG = 200_000

const started = new Set()

// A test that is ended from outside, or that ends without its hooks, leaves nothing behind either.
process.on('exit', () => started.forEach((server) => server.abandon()))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => process.exit(1))
}

/** The built server as a process of its own on a data folder of its own; it can be killed and started again on both its folder and its port. */
export class Server {
  #process
  #settings
  #environment
  #program
  #port
  log = ''

  constructor(settings, { environment = {}, program = process.env.E2E_SERVER ?? BUILT }) {
    this.#settings = settings
    this.#environment = environment
    this.#program = program
    this.dataPath = mkdtempSync(join(tmpdir(), 'tus-upload-e2e-'))

    // The embedded Postgres of a server that is root runs under another user, who has to get in.
    chmodSync(this.dataPath, 0o755)
    if (TEMPLATE !== undefined && !Object.keys({ ...settings, ...environment }).some((key) => /^ConnectionStrings(:|__)/.test(key))) {
      execFileSync('cp', ['-a', TEMPLATE, join(this.dataPath, 'postgres')])
    }
  }

  /** @param settings configuration keys and values. @param environment variables that this process does not have. @param program its dll. */
  static async start(settings = {}, { environment, program } = {}) {
    const server = new Server(settings, { environment, program })
    started.add(server)
    try {
      await server.start()
    } catch (trouble) {
      await server.dispose()
      throw trouble
    }

    return server
  }

  get postgresPid() {
    try {
      return Number(readFileSync(join(this.dataPath, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0])
    } catch {
      return undefined
    }
  }

  get pid() {
    return this.#process.pid
  }

  get isRunning() {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
  }

  /** Returns when it listens. */
  async start() {
    this.#port ??= await freePort()
    const settings = { Urls: `http://127.0.0.1:${this.#port}`, 'Data:Path': this.dataPath, ...this.#settings }
    const environment = Object.entries(process.env).filter(([name]) => !/^(ASPNETCORE|DOTNET)_(URLS|HTTPS?_PORTS|ENVIRONMENT)$/.test(name))
    this.#process = spawn(
      'dotnet',
      [this.#program, ...Object.entries(settings).map(([key, value]) => `--${key}=${value}`)],
      { cwd: this.dataPath, env: { ...Object.fromEntries(environment), ...this.#environment }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const from = this.log.length
    let fresh = ''
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        fresh += text
        this.log = (this.log + text).slice(-KEPT_LOG)
      })
    }

    await until('the server listens', () => {
      if (!this.isRunning) {
        return true
      }

      const address = LISTENING.exec(fresh)?.[1]
      this.url = address ?? this.url
      return address
    }, { within: START_LIMIT, every: 10 }).catch((trouble) => {
      throw new Error(`${trouble.message}\n${this.log.slice(from)}`)
    })
    if (!this.isRunning) {
      throw new Error(`The server ended while it started (${this.#process.exitCode ?? this.#process.signalCode}).\n${fresh}`)
    }
  }

  /** SIGKILL of the server alone: its Postgres runs on. */
  async kill() {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }

  /** SIGSTOP: it neither runs nor dies. */
  pause() {
    this.#process.kill('SIGSTOP')
  }

  /** SIGCONT. */
  goOn() {
    this.#process.kill('SIGCONT')
  }

  killPostgres() {
    process.kill(this.postgresPid, 'SIGKILL')
  }

  /** Any other signal, to the server alone. */
  signal(name) {
    this.#process.kill(name)
  }

  /** SIGTERM; gives the exit code and how long it took. */
  async stop(within = 90_000) {
    const begun = Date.now()
    const child = this.#process
    child.kill('SIGTERM')
    await until('the server ends', () => !this.isRunning, { within, every: 10 })
    return { code: child.exitCode, signal: child.signalCode, ms: Date.now() - begun }
  }

  /** Stops it gracefully, which stops its Postgres; starts a killed one again for that. */
  async dispose() {
    try {
      if (!this.isRunning && this.postgresPid !== undefined) {
        await this.start()
      }

      if (this.isRunning) {
        await this.stop()
      }
    } finally {
      this.abandon()
    }
  }

  /** The last resort, without waiting. */
  abandon() {
    started.delete(this)
    if (this.isRunning) {
      attempt(() => process.kill(-this.#process.pid, 'SIGKILL'))
    }

    if (this.postgresPid > 0) {
      attempt(() => process.kill(this.postgresPid, 'SIGQUIT'))
    }

    attempt(() => rmSync(this.dataPath, { recursive: true, force: true, maxRetries: 5 }))
  }
}

/** Below the ports that the system gives to outgoing connections: one of those may take a killed server's port before it is back. */
export async function freePort() {
  for (;;) {
    const port = randomInt(15_000, 32_000)
    const probe = createServer()
    try {
      probe.listen(port, '127.0.0.1')
      await once(probe, 'listening')
      probe.close()
      await once(probe, 'close')
      return port
    } catch {
      // Taken.
    }
  }
}

function attempt(action) {
  try {
    action()
  } catch {
    // It is gone already.
  }
}
