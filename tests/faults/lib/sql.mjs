import { execFile } from 'node:child_process'

/** Asks the database itself, past every relay. One psql a question: it survives whatever is done to Postgres. */
export class Sql {
  #port
  #database

  constructor(port, database = 'tus_upload') {
    this.#port = port
    this.#database = database
  }

  /** @param query gives one JSON value. */
  async json(query) {
    return JSON.parse(await this.text(query))
  }

  text(query) {
    return new Promise((resolve, reject) => {
      const child = execFile(
        'psql',
        ['-X', '-At', '-q', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(this.#port), '-U', 'tus_upload', '-d', this.#database, '-f', '-'],
        { maxBuffer: 256 << 20, env: { ...process.env, PGCONNECT_TIMEOUT: '5' } },
        (trouble, out, said) => trouble ? reject(new Error(`psql: ${said || trouble.message}`)) : resolve(out.trim()))
      child.stdin.on('error', () => {})
      child.stdin.end(query)
    })
  }
}

/** A text as a literal. */
export function quoted(text) {
  return `'${String(text).replaceAll("'", "''")}'`
}
