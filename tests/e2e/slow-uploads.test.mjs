import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { get } from './lib/api.mjs'
import { serve } from './lib/serve.mjs'
import { head, post } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const CONNECTIONS = 10
const UPLOADS = 2_000
const PIECES = 12
const PIECE = Buffer.alloc(100, 'x')
const SIZE = PIECES * PIECE.length

const skip = process.env.CI !== 'true' && spawnSync('psql', ['--version']).status !== 0 && 'psql is not installed'

test('2,000 slow uploads run with ten connections, and others are answered meanwhile', { skip }, async (t) => {
  // They all begin in one moment: how long that takes is the machine's affair.
  const { server, passed } = await serve(t, {
    'Database:MaxConnections': CONNECTIONS, 'Database:QueueTimeout': '00:02:00', 'Jobs:Workers': 1,
    'Content:Durability': 'os', 'Content:MinFreeBytes': 0, 'Logging:LogLevel:Default': 'Warning',
    'Logging:LogLevel:Microsoft.Hosting.Lifetime': 'Information',
  })
  const connections = watch(t, server)
  const urls = []
  await inParallel(40, UPLOADS, async () => {
    const created = await post(server, { size: SIZE })
    assert.equal(created.status, 201)
    urls.push(created.url)
  })
  const slow = await Promise.all(urls.map(open))

  // All but the last piece, one a second: every upload is open for the whole of it.
  const answers = []
  for (let piece = 0; piece < PIECES - 1; piece++) {
    slow.forEach(({ socket }) => socket.write(PIECE))
    const next = pause(1_000)
    const begun = Date.now()
    const other = await post(server, { size: 10 })
    const found = await head(other.url)
    const files = await get(server, 'files?limit=1')
    assert.deepEqual([other.status, found.status, found.offset, files.items.length], [201, 200, 0, 0])
    answers.push(Date.now() - begun)
    await next
  }

  assert.equal(slow.filter(({ answer }) => answer.told).length, 0, 'none has ended before its last byte')
  slow.forEach(({ socket }) => socket.write(PIECE))
  const ends = await Promise.all(slow.map(({ answer }) => answer))
  assert.equal(ends.filter((end) => /^HTTP\/1\.1 204 [^]*\r\nUpload-Offset: 1200\r\n/i.test(end)).length, UPLOADS, ends.find((end) => !/ 204 /.test(end)))
  assert.equal(ends.length, UPLOADS)
  await until('every upload is a file', async () => {
    const files = await connections.ask('SELECT count(*) FROM tus_upload.upload_sessions WHERE uploaded_size = total_size AND total_size = 1200')
    return Number(files) === UPLOADS
  }, { within: 10_000 })
  const counts = await connections.end()
  assert.ok(counts.length > 20 && Math.max(...counts) <= CONNECTIONS, `connections: ${counts.join(' ')}`)
  t.diagnostic(`connections at most: ${Math.max(...counts)}, seen ${counts.length} times`)
  t.diagnostic(`POST, HEAD and a list meanwhile: ${answers.join(', ')} ms`)
  passed()
})

async function open(address) {
  const url = new URL(address)
  const socket = connect(Number(url.port), url.hostname)
  await once(socket, 'connect')
  socket.write(`PATCH ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n`
    + `Content-Type: application/offset+octet-stream\r\nContent-Length: ${SIZE}\r\n\r\n`)
  const answer = new Promise((resolve) => {
    let text = ''
    socket.setEncoding('latin1').on('data', (more) => {
      text += more
      if (text.includes('\r\n\r\n')) {
        answer.told = true
        resolve(text)
        socket.destroy()
      }
    }).on('error', (trouble) => resolve(trouble.message)).on('close', () => resolve(text))
  })
  return { socket, answer }
}

async function inParallel(lanes, count, work) {
  let left = count
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (left-- > 0) {
      await work()
    }
  }))
}

/** Counts everybody's connections but its own, ten times a second, until the test ends. */
function watch(t, server) {
  const lines = readFileSync(join(server.dataPath, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')
  const way = ['-X', '-At', '-q', '-h', lines[4], '-p', lines[3], '-U', 'tus_upload', '-d', 'tus_upload']
  const psql = spawn('psql', way, { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => psql.kill())
  let text = ''
  psql.stdout.setEncoding('utf8').on('data', (more) => { text += more })
  psql.stdin.write("SELECT 'seen ' || count(*) FROM pg_stat_activity "
    + "WHERE backend_type = 'client backend' AND application_name <> 'psql' \\watch 0.1\n")
  return {
    end: async () => {
      psql.kill()
      await once(psql, 'close')
      return [...text.matchAll(/^seen (\d+)$/gm)].map(([, count]) => Number(count))
    },
    ask: (sql) => spawnSync('psql', [...way, '-c', sql], { encoding: 'utf8' }).stdout.trim(),
  }
}
