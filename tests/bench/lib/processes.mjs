// What processes cost, from /proc.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'

const TICKS = 100

/** CPU seconds of processes and all below them, also of those that have ended and were waited for. */
export function cpuOf(pids) {
  return treeOf(pids).reduce((sum, pid) => {
    const fields = statOf(pid)
    return fields ? sum + fields.slice(11, 15).reduce((all, ticks) => all + Number(ticks), 0) / TICKS : sum
  }, 0)
}

/** MiB; shared pages count in each process. @param field VmRSS, or VmHWM since the last resetPeak. */
export function memoryOf(pids, field) {
  return treeOf(pids).reduce((sum, pid) => sum + kibOf(pid, field) / 1024, 0)
}

export function resetPeak(pids) {
  for (const pid of treeOf(pids)) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, '5')
    } catch {
      // It has ended, or is another user's: then its peak is that of its life.
    }
  }
}

function treeOf(pids) {
  const children = new Map()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = Number(statOf(pid)?.[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(pid)])
  }

  const all = []
  for (let next = [...pids]; next.length > 0; next = next.flatMap((pid) => children.get(pid) ?? [])) {
    all.push(...next)
  }

  return all
}

/** The fields of stat after the name: state, parent, … */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

function kibOf(pid, field) {
  try {
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
