import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './until.mjs'

/** Why a test that asks the database is skipped; with CI=true it is not, and fails. */
export const withoutPsql = process.env.CI !== 'true' && spawnSync('psql', ['--version']).status !== 0 && 'psql is not installed'

const KEY = 7_411
const WAITS = `locktype = 'advisory' AND classid = ${KEY} AND objsubid = 2 AND NOT granted`
const HOLD = `
  CREATE OR REPLACE FUNCTION tus_upload.hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock(${KEY}, hashtext(NEW.step)); RETURN NEW; END $$;
  CREATE OR REPLACE TRIGGER hold BEFORE INSERT ON tus_upload.step_journal FOR EACH ROW EXECUTE FUNCTION tus_upload.hold()`

/** The Postgres of a server, past the server. */
export class Database {
  #way
  #sessions = new Map()

  /** @param server one that runs its own. */
  constructor(server) {
    const lines = readFileSync(join(server.dataPath, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')
    this.connectionString = `Host=${lines[4]};Port=${lines[3]};Username=tus_upload;Database=tus_upload;SSL Mode=Disable`
    this.#way = ['-X', '-At', '-q', '-v', 'ON_ERROR_STOP=1', '-h', lines[4], '-p', lines[3], '-U', 'tus_upload', '-d', 'tus_upload']
  }

  /** What a query of one JSON value gives; undefined where it gives no row. */
  json(query) {
    const { status, stdout, stderr } = spawnSync('psql', [...this.#way, '-c', query], { encoding: 'utf8' })
    if (status !== 0) {
      throw new Error(`psql: ${stderr}`)
    }

    return stdout.trim() === '' ? undefined : JSON.parse(stdout)
  }

  /** Nothing that is done in this step can be written until it is let go: whoever tries waits. */
  async hold(step) {
    this.json(HOLD)
    const psql = spawn('psql', this.#way, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#sessions.set(step, psql)
    let said = ''
    psql.stdout.setEncoding('utf8').on('data', (more) => { said += more })
    psql.stdin.write(`SELECT pg_advisory_lock(${KEY}, hashtext('${step}')), 'held';\n`)
    await until('the step is held', () => said.includes('held'))
  }

  /** How many wait. */
  get waiting() {
    return this.json(`SELECT count(*) FROM pg_locks WHERE ${WAITS}`)
  }

  /** Postgres does not notice that a client was killed while its statement waits, and would carry it out later. */
  endWaiting() {
    this.json(`SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE ${WAITS}`)
  }

  async letGo(step) {
    const psql = this.#sessions.get(step)
    this.#sessions.delete(step)
    psql.kill()
    await once(psql, 'close')
  }

  /** Lets go of every step. */
  async dispose() {
    await Promise.all([...this.#sessions.keys()].map((step) => this.letGo(step)))
  }
}
