import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from '../../e2e/lib/until.mjs'
import { freePort } from '../../e2e/lib/server.mjs'

const FILE = fileURLToPath(new URL('../../../config/proxies/haproxy-nodes.cfg', import.meta.url))
const PROGRAM = ['/usr/sbin/haproxy', '/usr/bin/haproxy', '/usr/local/sbin/haproxy'].find((path) => existsSync(path))

/** HAProxy with the file that is given to users; only addresses are others. */
export class HaProxy {
  #process
  log = ''

  static get isHere() {
    return PROGRAM !== undefined
  }

  static async start(folder, ports) {
    const proxy = new HaProxy()
    proxy.port = await freePort()
    const file = join(folder, 'haproxy.cfg')
    writeFileSync(file, configure(proxy.port, ports))
    proxy.#process = spawn(PROGRAM, ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [proxy.#process.stdout, proxy.#process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { proxy.log = (proxy.log + text).slice(-200_000) })
    }

    await until('HAProxy listens', () => {
      if (proxy.#process.exitCode !== null) {
        throw new Error(`HAProxy does not start with ${file}:\n${proxy.log}`)
      }

      return answers(proxy.port)
    })
    return proxy
  }

  kill() {
    this.#process.kill('SIGKILL')
  }
}

function configure(port, ports) {
  const lines = readFileSync(FILE, 'utf8').split('\n')
  const servers = lines.filter((line) => /^ +server \w+ /.test(line))
  const mine = ports.map((one, index) => servers[0].replace(/server +\w+ +\S+/, `server node${index} 127.0.0.1:${one}`))
  return lines
    .filter((line) => !servers.includes(line) || line === servers[0])
    .flatMap((line) => line === servers[0] ? mine : [line])
    .join('\n')
    .replace(/bind :443 .*/, `bind 127.0.0.1:${port}`)
    .replace('X-Forwarded-Proto https', 'X-Forwarded-Proto http')
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => { socket.destroy(); resolve(true) })
    socket.on('error', () => resolve(false))
  })
}
