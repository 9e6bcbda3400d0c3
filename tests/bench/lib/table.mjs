export function medianOf(values) {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const COLUMNS = [
  ['MB/s', (row) => row.mbps, 0], ['requests/s', (row) => row.rps, 0], ['p50 ms', (row) => row.p50, 2], ['p95 ms', (row) => row.p95, 2],
  ['p99 ms', (row) => row.p99, 2], ['CPU s', (row) => row.cpu, 2], ['database CPU s', (row) => row.databaseCpu, 2],
  ['CPU s/GiB', (row) => row.cpuPerGiB, 2], ['peak MiB', (row) => row.peak, 0], ['load CPU s', (row) => row.driverCpu, 2],
]

/** Medians of the rounds by server, and the ratio of the case's figure to the first server's, round by round. */
export function markdownOf(test, rounds) {
  const [first] = rounds.keys()
  const lines = [
    `| | ${COLUMNS.map(([name]) => name).join(' | ')} | ${test.figure} / ${first} (range) |`,
    `| --- |${' --- |'.repeat(COLUMNS.length + 1)}`,
  ]
  for (const [name, rows] of rounds) {
    const ratios = rows.map((row, round) => row[test.figure] / rounds.get(first)[round][test.figure])
    const cells = COLUMNS.map(([, of, digits]) => medianOf(rows.map(of)).toFixed(digits))
    lines.push(`| ${name} | ${cells.join(' | ')} | ${medianOf(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}) |`)
  }

  return lines.join('\n')
}
