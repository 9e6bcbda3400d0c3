import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertStored, assertUsage, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { serve } from './lib/serve.mjs'
import { head, patch, post, terminate } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const MiB = 1 << 20
const DISK = 96

test('A full disk refuses what does not fit, keeps what has arrived, and lets the others finish', async (t) => {
  const disk = mount(t)
  if (disk === undefined) {
    return
  }

  const { server, passed } = await serve(t, { 'Content:Path': join(disk, 'content') })

  // Whatever was announced has its room: the disk holds it before the first byte.
  const other = new Content('has its room', 16 * MiB)
  const half = other.size / 2
  const holder = await post(server, { size: 24 * MiB })
  const admitted = await post(server, { size: other.size })
  assert.equal((await patch(admitted.url, 0, other.stream(0, half), { length: half })).status, 204)
  const refused = await post(server, { size: 2 * DISK * MiB })
  assert.deepEqual([refused.status, refused.code], [507, 'storage_full'])

  // The rest is taken by one that did not say how long it is, until there is no more.
  const growing = new Content('grows', 72 * MiB)
  const created = await post(server)
  const filled = await patch(created.url, 0, growing.stream())
  assert.deepEqual([filled.status, filled.code], [507, 'storage_full'])
  const stopped = await head(created.url)
  assert.equal(stopped.status, 200)
  assert.ok(stopped.offset > DISK / 3 * MiB && stopped.offset < growing.size, `stopped at ${stopped.offset}`)
  const again = await patch(created.url, stopped.offset, growing.stream(stopped.offset))
  assert.deepEqual([again.status, again.code], [507, 'storage_full'])
  const offset = (await head(created.url)).offset
  assert.ok(offset >= stopped.offset && offset < growing.size)
  assert.equal((await post(server, { size: 8 * MiB })).status, 507)
  t.diagnostic(`a disk of ${DISK} MiB with ${16 + 24} MiB announced was full at ${(offset / MiB).toFixed(1)} MiB`)

  // One that has its room is none the worse for it.
  assert.equal((await patch(admitted.url, half, other.stream(half), { length: half })).status, 204)
  await assertStored(server, await ready(server, admitted.id), other)

  assert.equal((await terminate(holder.url)).status, 204)
  const finished = await until('there is room again', async () => {
    const from = (await head(created.url)).offset
    const answer = await patch(created.url, from, growing.stream(from), { uploadLength: growing.size })
    assert.ok(answer.status === 204 || answer.status === 507, `the PATCH is answered ${answer.status}`)
    return answer.status === 204 && answer
  }, { every: 200 })
  assert.equal(finished.offset, growing.size)
  await assertStored(server, await ready(server, created.id), growing)
  await assertUsage(server, other.size + growing.size)
  passed()
})

/** A small disk of its own for the test; undefined, and the test skipped, where this user may not mount one. */
function mount(t) {
  const disk = mkdtempSync(join(tmpdir(), 'tus-upload-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}m,mode=755`, 'tmpfs', disk], { encoding: 'utf8' })
  if (mounted.status === 0) {
    chmodSync(disk, 0o755)
    t.after(() => {
      spawnSync('umount', ['-l', disk])
      rmdirSync(disk)
    })
    return disk
  }

  rmdirSync(disk)
  const reason = `a small disk cannot be mounted here: ${mounted.error?.message ?? mounted.stderr.split('\n')[0]}`
  if (process.env.CI === 'true' && process.getuid?.() === 0) {
    throw new Error(reason)
  }

  t.skip(reason)
  return undefined
}
