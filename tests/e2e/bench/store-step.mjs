// What the store step costs: CPU seconds a GiB, and memory above the idle server before the upload, while a server with nothing else to do moves one file from
// its content folder to its object store. Run by hand: see ../README.md.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { get } from '../lib/api.mjs'
import { patch, post } from '../lib/tus.mjs'
import { Server, freePort } from '../lib/server.mjs'

const GIB = Number(process.env.BENCH_GIB ?? 1)
const TIMES = Number(process.env.BENCH_TIMES ?? 3)
const KINDS = (process.env.BENCH_KINDS ?? 'copy s3').split(' ')
const TICKS = 100
const PIECE = Buffer.alloc(8 << 20, 'tus upload ')
const SCRIPT = fileURLToPath(new URL('../../tools/ceph-rgw.sh', import.meta.url))

for (const kind of KINDS) {
  const store = await open(kind)
  const server = await Server.start({ 'Content:Durability': 'os', 'Content:MinFreeBytes': 0, ...store.settings })
  try {
    await move(server, 0.02)
    for (let time = 0; time < TIMES; time++) {
      const moved = await move(server, GIB)
      console.log(`${kind}: ${GIB} GiB in ${moved.seconds.toFixed(1)} s, ${(moved.cpu / GIB).toFixed(2)} CPU s/GiB, ${moved.rss.toFixed(0)} MiB above idle`)
    }
  } finally {
    await server.dispose()
    store.close()
  }
}

/** One file, from the end of verify to ready. */
async function move(server, gib) {
  const size = Math.round(gib * 128) * PIECE.length
  await resting(server)
  const idle = status(server, 'VmRSS')
  const upload = await post(server, { size })
  await send(upload, size)
  await resting(server)
  writeFileSync(`/proc/${server.pid}/clear_refs`, '5')
  const last = await patch(upload.url, size - 1, PIECE.subarray(0, 1))
  if (last.status !== 204) {
    throw new Error(`The last byte was answered ${last.status}.`)
  }

  const storing = await reached(server, upload.id, ['storing', 'ready'])
  const ready = await reached(server, upload.id, ['ready'])
  const moved = { seconds: (ready.at - storing.at) / 1000, cpu: ready.cpu - storing.cpu, rss: (status(server, 'VmHWM') - idle) / 1024 }
  await fetch(`${server.url}/api/v1/files/${upload.id}`, { method: 'DELETE' })
  return moved
}

// All but the last byte, so that memory can be looked at before the pipeline begins.
async function send(upload, size) {
  for (let offset = 0; offset < size - 1;) {
    const piece = PIECE.subarray(0, Math.min(PIECE.length, size - 1 - offset))
    const answer = await patch(upload.url, offset, piece)
    if (answer.status !== 204) {
      throw new Error(`A piece was answered ${answer.status}.`)
    }

    offset += piece.length
  }
}

async function reached(server, id, states) {
  while (true) {
    const file = await get(server, `files/${id}`)
    if (states.includes(file.processingStatus)) {
      return { at: performance.now(), cpu: cpu(server) }
    }

    if (['failed', 'rejected'].includes(file.processingStatus)) {
      throw new Error(`The file is ${file.processingStatus}: ${JSON.stringify(file.rejection)}`)
    }

    await pause(100)
  }
}

async function resting(server) {
  for (let before = cpu(server); ; before = cpu(server)) {
    await pause(1_000)
    if (cpu(server) - before < 0.05) {
      return
    }
  }
}

function cpu(server) {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** KiB. */
function status(server, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1])
}

async function open(kind) {
  const folder = mkdtempSync(join(kind === 'copy' ? '/dev/shm' : tmpdir(), 'tus-upload-store-'))
  if (kind === 'copy') {
    // Another file system than the content's.
    return { settings: { 'Storage:Kind': 'local', 'Storage:LocalPath': folder }, close: () => rmSync(folder, { recursive: true }) }
  }

  const port = await freePort()
  const ceph = spawn('bash', [SCRIPT, join(folder, 'ceph'), String(port)], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, CEPH_BYTES: String(9 * 2 ** 30) } })
  await new Promise((resolve, reject) => {
    ceph.stdout.setEncoding('utf8').on('data', (text) => text.includes('ready') && resolve())
    ceph.once('exit', (code) => reject(new Error(`Ceph ended: ${code}`)))
  })
  return {
    settings: {
      'Storage:Kind': 's3',
      'Storage:Bucket': 'files',
      'Storage:CreateBuckets': true,
      'Storage:S3:ServiceUrl': `http://127.0.0.1:${port}`,
      'Storage:S3:AccessKey': 'testkey',
      'Storage:S3:SecretKey': 'testsecret',
    },
    close: () => {
      ceph.removeAllListeners('exit')
      ceph.stdin.end()
    },
  }
}
