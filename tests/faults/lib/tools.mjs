import { spawnSync } from 'node:child_process'
import { HaProxy } from './haproxy.mjs'
import { Postgres } from './postgres.mjs'

/** Skips a test where what the cluster is made of is not here; where nothing may be skipped, fails it. */
export function hasTools(t, content = 'disk') {
  const missing = [
    ...(HaProxy.isHere ? [] : ['haproxy']),
    ...(Postgres.isHere ? [] : ['initdb and pg_ctl']),
    ...(content !== 's3' || spawnSync('radosgw', ['--version']).status === 0 ? [] : ['radosgw']),
    ...(spawnSync('psql', ['--version']).status === 0 ? [] : ['psql']),
  ]
  if (missing.length === 0) {
    return true
  }

  const reason = `not here: ${missing.join(', ')}`
  if (process.env.CI === 'true') {
    throw new Error(reason)
  }

  t.skip(reason)
  return false
}
