import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster } from './lib/cluster.mjs'
import { runSeed, summaryOf, tell } from './lib/seed.mjs'
import { hasTools } from './lib/tools.mjs'

// Seeds that together hold every fault; what else there is, run.mjs finds by hand.
const SEEDS = (process.env.FAULT_SEEDS ?? '3,6,10').split(',').map(Number)
const CONTENTS = ['disk', 'postgres', 's3']

for (const content of CONTENTS) {
  test(`Uploads over three nodes that fail keep every promise: content ${content}, seeds ${SEEDS.join(', ')}`, async (t) => {
    if (!hasTools(t, content)) {
      return
    }

    const cluster = await Cluster.start({ settings: { 'Content:Kind': content } })
    t.after(() => cluster.stop())
    for (const seed of SEEDS) {
      const result = await runSeed(cluster, seed)
      t.diagnostic(summaryOf(result))
      assert.equal(result.violations.length, 0, tell(result))
    }
  })
}
