// The servers that are measured: ours, and what it is measured against. Each starts on a free port of this machine and a folder of its own.
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Server, freePort } from '../../e2e/lib/server.mjs'
import { until } from '../../e2e/lib/until.mjs'

export const PROGRAM = fileURLToPath(new URL('../../TusUpload.Benchmarks/bin/Release/net10.0/TusUpload.Benchmarks.dll', import.meta.url))
const TUS_NODE = fileURLToPath(new URL('./tus-node.mjs', import.meta.url))

/** @returns {{ name, url, isPut, pids, stop }} pids: processes whose CPU and memory are its own, its database's apart. */
export const PEERS = {
  ours: () => ours('ours', 'os'),
  'ours-fsync': () => ours('ours-fsync', 'fsync'),
  'ours-receive': () => ours('ours-receive', 'fsync', { Roles: 'receive', 'Content:Shared': true }),
  kestrel: () => other('kestrel', (port, folder) => ['dotnet', [PROGRAM, 'limit', port, folder, 'os']], '/uploads'),
  'kestrel-fsync': () => other('kestrel-fsync', (port, folder) => ['dotnet', [PROGRAM, 'limit', port, folder, 'fsync']], '/uploads'),
  'tus-node': () => other('tus-node', (port, folder) => ['node', [TUS_NODE, port, folder]], '/files'),
  nginx: () => other('nginx', nginx, '/files', { isPut: true }),
}

async function ours(name, durability, settings = {}) {
  const server = await Server.start({
    'Content:Durability': durability, 'Content:MinFreeBytes': 0, 'Logging:LogLevel:Default': 'Warning',
    'Logging:LogLevel:Microsoft.Hosting.Lifetime': 'Information', ...settings,
  })
  return {
    name, url: `${server.url}/uploads`, server,
    pids: { server: [server.pid], database: [server.postgresPid] },
    stop: () => server.dispose(),
  }
}

async function other(name, command, path, { isPut = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tus-upload-bench-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  const [program, args] = command(String(port), folder)
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  await until(`${name} listens`, () => listens(port), { within: 30_000 })
  return {
    name, url: `http://127.0.0.1:${port}${path}`, isPut, pids: { server: [child.pid] },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** WebDAV PUT into a folder: a server in C with sendfile's counterpart for bodies, and no idea of resuming. */
function nginx(port, folder) {
  for (const part of ['files', 'body', 'logs']) {
    mkdirSync(join(folder, part))
    chmodSync(join(folder, part), 0o777)
  }

  writeFileSync(join(folder, 'nginx.conf'), `
    worker_processes 2; daemon off; pid ${folder}/nginx.pid; error_log stderr crit;
    events { worker_connections 4096; }
    http {
      access_log off; client_max_body_size 0; client_body_temp_path ${folder}/body; client_body_buffer_size 256k; keepalive_requests 1000000;
      server { listen 127.0.0.1:${port}; location / { root ${folder}; dav_methods PUT; create_full_put_path on; } }
    }`)
  return ['nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder]]
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() && true))
    socket.on('error', () => resolve(false))
  })
}
