import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'

export const VERSION = ['-H', 'Tus-Resumable: 1.0.0']

export function hasCurl() {
  return spawnSync('curl', ['--version']).status === 0
}

/**
 * One request as people make it by hand.
 * @param input what curl reads from its standard input.
 * @returns its status and headers, how much of a body it sent, over which version of HTTP.
 */
export async function curl(args, input) {
  const running = start(args)
  const writing = input ? pipeline(input, running.process.stdin).catch(() => {}) : running.process.stdin.end()
  await Promise.all([writing, running.ended])
  const [head, report] = running.printed.split('\n--report--\n')
  const { response_code: status, http_version: version, size_upload: sent, errormsg } = JSON.parse(report)
  if (status === 0) {
    throw new Error(`curl ${args.join(' ')}: ${errormsg}`)
  }

  const headers = Object.fromEntries(Object.entries(JSON.parse(head)).map(([name, values]) => [name.toLowerCase(), values.at(-1)]))
  return { status, headers, version, sent }
}

/** Starts one that may be killed; its input is the stream. */
export function start(args, input) {
  const running = { printed: '', process: spawn('curl', ['-sS', '-o', '/dev/null', '-w', '%{header_json}\n--report--\n%{json}', ...args]) }
  running.process.stdout.setEncoding('utf8').on('data', (text) => { running.printed += text })
  running.process.stdin.on('error', () => {})
  running.ended = once(running.process, 'close')
  if (input instanceof Readable) {
    input.pipe(running.process.stdin)
  }

  return running
}
