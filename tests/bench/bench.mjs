// Loads one server after the other, round by round, and prints medians and ratios. See README.md; bench.sh builds and installs what this needs.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { PEERS, PROGRAM } from './lib/peers.mjs'
import { cpuOf, memoryOf, resetPeak } from './lib/processes.mjs'
import { settle } from './lib/settle.mjs'
import { markdownOf, medianOf } from './lib/table.mjs'
import { latencyOf, pipelineOf } from './lib/pipeline.mjs'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const MiB = 1 << 20
const run = promisify(execFile)

/** What is measured: how the load is called, how warm-up is, who is loaded, and whose ratio to whom is promised. */
const CASES = [
  {
    name: '1 GiB, one PATCH', figure: 'mbps', args: ['large', '--size', 1024 * MiB, '--piece', 1024 * MiB], warm: ['large', '--size', 64 * MiB, '--piece', 64 * MiB],
    peers: ['kestrel', 'ours', 'ours-fsync', 'tus-node', 'nginx'],
    bars: [['ours', 'kestrel', 'mbps', '>=', 0.9], ['ours', 'kestrel', 'cpuPerGiB', '<=', 1.15], ['ours', 'tus-node', 'mbps', '>=', 2], ['ours-fsync', 'ours', 'mbps', '>=', 0.85]],
  },
  {
    name: '8 x 256 MiB, PATCHes of 8 MiB', figure: 'mbps',
    args: ['large', '--clients', 8, '--size', 256 * MiB, '--piece', 8 * MiB], warm: ['large', '--clients', 8, '--size', 16 * MiB, '--piece', 8 * MiB],
    peers: ['kestrel', 'ours', 'tus-node', 'nginx'], bars: [['ours', 'kestrel', 'mbps', '>=', 0.85]],
  },
  {
    name: '64 KiB, creation with upload, 8 clients', figure: 'rps', args: ['whole', '--clients', 8, '--count', 4000], warm: ['whole', '--clients', 8, '--count', 8000],
    peers: ['kestrel-fsync', 'ours-fsync', 'ours-receive', 'tus-node', 'nginx'],
    bars: [['ours-receive', 'kestrel-fsync', 'rps', '>=', 0.7], ['ours-receive', 'tus-node', 'rps', '>=', 2.2], ['ours-fsync', 'ours-receive', 'rps', '>=', 0.5]],
  },
  {
    name: 'HEAD, 8 clients', figure: 'rps', args: ['heads', '--clients', 8, '--count', 40_000], warm: ['heads', '--clients', 8, '--count', 5_000],
    peers: ['kestrel', 'ours', 'tus-node'], bars: [['ours', 'tus-node', 'rps', '>=', 4]],
  },
  {
    name: 'PATCHes of 64 KiB, 16 clients', figure: 'p99', args: ['appends', '--clients', 16, '--count', 250], warm: ['appends', '--clients', 16, '--count', 50],
    peers: ['kestrel-fsync', 'ours-fsync', 'tus-node'], bars: [['ours-fsync', 'kestrel-fsync', 'p99', '<=', 1.5]],
  },
]

const chosen = (process.env.BENCH_CASES ?? CASES.map((_, at) => at + 1).concat('pipeline', 'latency').join(' ')).split(' ')
for (const [at, test] of CASES.entries()) {
  if (chosen.includes(String(at + 1))) {
    await measure(test)
  }
}

if (chosen.includes('pipeline')) {
  console.log(`\n## From the POST to the event\n\n${await pipelineOf(await PEERS['ours-fsync'](), load)}`)
}

if (chosen.includes('latency')) {
  console.log(`\n## From the last byte to file.ready\n\n${await latencyOf(await PEERS['ours-fsync']())}`)
}

/** A B C A B C: each round starts every server anew, warms it up, and loads it once. */
async function measure(test) {
  const rounds = new Map(test.peers.map((peer) => [peer, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of test.peers) {
      const peer = await PEERS[name]()
      try {
        await load(peer, test.warm)
        await settle()
        rounds.get(name).push(await cost(peer, () => load(peer, test.args)))
      } finally {
        await peer.stop()
      }
    }
  }

  console.log(`\n## ${test.name}\n\n${markdownOf(test, rounds)}`)
  for (const [one, other, figure, sense, bar] of test.bars) {
    const ratio = medianOf(rounds.get(one).map((own, round) => own[figure] / rounds.get(other)[round][figure]))
    const holds = sense === '>=' ? ratio >= bar : ratio <= bar
    console.log(`${holds ? 'holds' : 'MISSED'}: ${one} / ${other}, ${figure}: ${ratio.toFixed(2)} (${sense} ${bar})`)
  }
}

async function cost(peer, work) {
  const all = Object.values(peer.pids).flat()
  resetPeak(all)
  const [server, database] = [cpuOf(peer.pids.server), cpuOf(peer.pids.database ?? [])]
  const figures = await work()
  const gib = figures.bytes / 1024 ** 3
  return {
    ...figures,
    cpu: cpuOf(peer.pids.server) - server,
    databaseCpu: cpuOf(peer.pids.database ?? []) - database,
    cpuPerGiB: (cpuOf(peer.pids.server) - server) / gib,
    peak: memoryOf(peer.pids.server, 'VmHWM'),
  }
}

async function load(peer, args, more = []) {
  const { stdout } = await run('dotnet', [PROGRAM, 'load', args[0], peer.url, ...args.slice(1).map(String), ...(peer.isPut ? ['--put'] : []), ...more], { maxBuffer: 1 << 24 })
  const figures = JSON.parse(stdout)
  if (Object.keys(figures.errors).length > 0) {
    throw new Error(`${peer.name}: ${JSON.stringify(figures.errors)}`)
  }

  return figures
}
