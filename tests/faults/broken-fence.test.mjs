import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildWithoutFence } from './lib/broken-build.mjs'
import { Cluster } from './lib/cluster.mjs'
import { runSeed, summaryOf, tell } from './lib/seed.mjs'
import { hasTools } from './lib/tools.mjs'

const SEEDS = 20

// A writer that wakes up when its upload has gone on elsewhere is what a fence is for. With all the other faults it takes more seeds to meet one.
const FAULTS = ['frozen']

test(`Commits without their fence are caught within ${SEEDS} seeds`, async (t) => {
  if (!hasTools(t)) {
    return
  }

  const folder = mkdtempSync(join(tmpdir(), 'tus-upload-broken-'))
  chmodSync(folder, 0o755)
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const cluster = await Cluster.start({ program: await buildWithoutFence(folder) })
  t.after(() => cluster.stop())

  let caught
  for (let seed = 1; seed <= SEEDS && caught === undefined; seed++) {
    const result = await runSeed(cluster, seed, { faults: FAULTS, settleLimit: 10_000 })
    t.diagnostic(summaryOf(result))
    caught = result.violations.some(isOfOffsets) ? result : undefined
  }

  assert.ok(caught, 'nothing was found')
  t.diagnostic(`caught by seed ${caught.seed}:\n${tell(caught)}`)
})

/** Not some other trouble: an offset that went back, spans that do not join, an upload that does not end. */
function isOfOffsets({ text }) {
  return /acknowledged up to|chunk/.test(text)
}
