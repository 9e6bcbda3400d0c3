import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Cluster } from './lib/cluster.mjs'
import { FAULTS } from './lib/faults.mjs'
import { runSeed, summaryOf, tell } from './lib/seed.mjs'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', default: '1' },
    uploads: { type: 'string', default: '20' },
    nodes: { type: 'string', default: '3' },
    content: { type: 'string', default: 'disk' },
    faults: { type: 'string', default: Object.keys(FAULTS).join(',') },
    set: { type: 'string', multiple: true, default: [] },
    'keep-going': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
})
const faults = values.faults.split(',').filter((name) => name !== '')
const unknown = faults.filter((name) => !(name in FAULTS))
if (unknown.length > 0) {
  console.error(`There is no fault ${unknown.join(', ')}; there are: ${Object.keys(FAULTS).join(', ')}.`)
  process.exit(2)
}

const settings = { 'Content:Kind': values.content, ...Object.fromEntries(values.set.map((pair) => pair.split(/=(.*)/s).slice(0, 2))) }
const cluster = await Cluster.start({ nodes: Number(values.nodes), settings })
const first = Number(values.from)
const total = { seeds: 0, uploads: 0, violations: 0, begun: Date.now() }
try {
  for (let seed = first; seed < first + Number(values.seeds); seed++) {
    const result = await runSeed(cluster, seed, { uploads: Number(values.uploads), faults, faultCount: faults.length === 0 ? { least: 0, most: 0 } : {} })
    total.seeds++
    total.uploads += result.stories.length
    total.violations += result.violations.length
    console.log(summaryOf(result))
    if (values.verbose) {
      console.log(result.happened.map((line) => `  ${line}`).join('\n'))
    }

    if (result.violations.length > 0) {
      console.log(`${tell(result)}\nThe whole story is in ${keep(result)}; again: node tests/faults/run.mjs --from ${seed} --seeds 1 --content ${values.content}`)
      if (!values['keep-going']) {
        break
      }
    }
  }
} finally {
  await cluster.stop()
}

const seconds = (Date.now() - total.begun) / 1000
console.log(`${total.seeds} seeds, ${total.uploads} uploads, ${total.violations} violations, ${seconds.toFixed(0)} s, ${(seconds / total.seeds).toFixed(1)} s a seed`)
process.exit(total.violations === 0 ? 0 : 1)

function keep(result) {
  const folder = mkdtempSync(join(tmpdir(), `tus-upload-seed-${result.seed}-`))
  mkdirSync(folder, { recursive: true })
  const marked = new Set(result.violations.map(({ story }) => story))
  const stories = [...result.stories].sort((one, other) => Number(marked.has(other)) - Number(marked.has(one)))
  writeFileSync(join(folder, 'stories.txt'), `${tell(result)}\n\n${stories.join('\n\n')}\n`)
  cluster.keepLogs(folder)
  return folder
}
