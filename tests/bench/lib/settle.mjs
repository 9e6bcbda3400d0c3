import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'

const QUIET = 0.3
const PATIENCE = 60

/** Writes out what waits for the disk, and waits until this machine has nothing else to do, for a minute at the most. */
export async function settle() {
  execFileSync('sync')
  for (let second = 0; second < PATIENCE; second++) {
    const before = busy()
    await pause(1_000)
    if (busy() - before < QUIET * 1_000) {
      return
    }
  }
}

/** Milliseconds of all processors that were not idle. */
function busy() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}
