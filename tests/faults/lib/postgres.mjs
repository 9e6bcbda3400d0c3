import { execFile, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../../e2e/lib/until.mjs'
import { freePort } from '../../e2e/lib/server.mjs'
import { Sql } from './sql.mjs'

const run = promisify(execFile)
const LIMIT = 120_000

/** A Postgres of its own, as durable as one in use; as root it runs as the user postgres. */
export class Postgres {
  #folder
  #binaries
  log

  static get isHere() {
    return findBinaries() !== undefined
  }

  /** @param folder that others may enter. */
  static async start(folder) {
    const postgres = await Postgres.#in(folder, 'postgres')
    await postgres.#run('initdb', ['-D', postgres.#folder, '-U', 'tus_upload', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'])
    const settings = {
      port: postgres.port, listen_addresses: "'127.0.0.1'", unix_socket_directories: "''", max_connections: 300, shared_buffers: "'128MB'",
      max_wal_size: "'2GB'", log_line_prefix: "'%m [%p] %a '", log_lock_waits: 'on',
    }
    appendFileSync(join(postgres.#folder, 'postgresql.conf'), Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`).join(''))
    await postgres.up()
    await new Sql(postgres.port, 'postgres').text('CREATE DATABASE tus_upload')
    postgres.sql = new Sql(postgres.port)
    return postgres
  }

  /** A copy of another that follows it. */
  static async startStandby(folder, primary) {
    const standby = await Postgres.#in(folder, 'standby')
    await standby.#run('pg_basebackup', ['-D', standby.#folder, '-R', '-c', 'fast', '-h', '127.0.0.1', '-p', String(primary.port), '-U', 'tus_upload'])
    appendFileSync(join(standby.#folder, 'postgresql.conf'), `port = ${standby.port}\n`)
    await standby.up()
    standby.sql = new Sql(standby.port)
    return standby
  }

  static async #in(folder, name) {
    const postgres = new Postgres()
    postgres.#binaries = findBinaries()
    postgres.#folder = join(folder, name)
    postgres.log = join(folder, `${name}.log`)
    mkdirSync(postgres.#folder, { mode: 0o700 })
    appendFileSync(postgres.log, '')
    if (isRoot()) {
      spawnSync('chown', ['-R', 'postgres', postgres.#folder, postgres.log])
    }

    postgres.port = await freePort()
    return postgres
  }

  get pid() {
    try {
      return Number(readFileSync(join(this.#folder, 'postmaster.pid'), 'utf8').split('\n')[0])
    } catch {
      return undefined
    }
  }

  get isRunning() {
    return this.pid !== undefined && isAlive(this.pid)
  }

  /** Backends of a killed postmaster hold its memory until they notice: then it is tried again. */
  async up() {
    await until('Postgres starts', () => this.#pgCtl('start', '-w').then(() => true, () => undefined), { within: LIMIT, every: 200 })
  }

  /** Told to stop while it recovers it may not end at all (seen with 15, once in a thousand); whoever looks after it kills it then. */
  async restart() {
    await this.#pgCtl('stop', '-m', 'fast', '-w').catch(() => this.isRunning && this.kill())
    await this.up()
  }

  async kill() {
    const { pid } = this
    process.kill(pid, 'SIGKILL')
    await until('the postmaster is gone', () => !isAlive(pid), { every: 10 })
  }

  /** Postgres then ends all others too, and recovers. */
  async killBackend(random) {
    const query = "SELECT coalesce(json_agg(pid ORDER BY pid), '[]') FROM pg_stat_activity WHERE application_name LIKE 'TusUpload%'"

    // While it recovers from the last time there is none.
    const pids = await this.sql.json(query).catch(() => [])
    if (pids.length > 0) {
      process.kill(pids[random.between(0, pids.length)], 'SIGKILL')
    }
  }

  /** At once, as nobody needs what is in it any more. */
  quit() {
    if (this.isRunning) {
      process.kill(this.pid, 'SIGQUIT')
    }
  }

  #pgCtl(...what) {
    return this.#run('pg_ctl', ['-D', this.#folder, '-l', this.log, '-t', '20', ...what])
  }

  // Without pipes: the server that pg_ctl starts would keep them open.
  #run(program, args) {
    const command = [join(this.#binaries, program), ...args]
    const whole = isRoot() ? ['runuser', '-u', 'postgres', '--', ...command] : command
    return run('sh', ['-c', '"$@" >/dev/null 2>&1', 'sh', ...whole], { cwd: '/' })
  }
}

/** Undefined where there are none. */
function findBinaries() {
  const known = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`) : []
  const programs = ['initdb', 'pg_ctl', 'pg_basebackup']
  return [...(process.env.PATH ?? '').split(':'), ...known.reverse()].find((folder) => programs.every((name) => existsSync(join(folder, name))))
}

function isRoot() {
  return process.getuid?.() === 0
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
