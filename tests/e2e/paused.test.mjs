import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { assertStored, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { Nodes } from './lib/nodes.mjs'
import { head, patch, post } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const MiB = 1 << 20
const SENT = 3 * MiB

test('A node that was stopped for longer than its lease and goes on writes nothing for it', async (t) => {
  // No checkpoint would fence it: what holds it back is its own clock.
  const nodes = await Nodes.start(2, { 'Leases:HeartbeatPeriod': '00:00:01', 'Sessions:CheckpointInterval': '00:05:00' })
  const [paused, other] = nodes.nodes
  let passed = false
  t.after(async () => {
    paused.goOn()
    if (!passed) {
      console.error(nodes.log)
    }

    await nodes.dispose()
  })
  const content = new Content('paused', 8 * MiB)
  const created = await post(paused, { size: content.size })
  const body = new PassThrough()
  const old = patch(created.url, 0, body, { length: content.size })
  body.write(content.bytes(0, SENT))
  await until('the node has what was sent', async () => (await get(paused, `uploads/${created.id}`)).uploadedSize === SENT)

  paused.pause()
  const url = `${other.url}/uploads/${created.id}`
  await until('the upload is taken over', async () => (await head(url)).status === 200)

  // What was received and not committed is gone with the node. Other bytes arrive there now, to be written where the new writer writes.
  assert.equal((await head(url)).offset, 0)
  body.write(Buffer.alloc(content.size - SENT, 0xff))
  const fresh = new PassThrough()
  const finished = patch(url, 0, fresh, { length: content.size })
  fresh.write(content.bytes(0, content.size - 1))
  await until('the other node has it all but the last byte', async () => (await get(other, `uploads/${created.id}`)).uploadedSize === content.size - 1)
  paused.goOn()

  const told = await old
  assert.equal(told.status, 423)
  fresh.end(content.bytes(content.size - 1))
  assert.equal((await finished).status, 204)
  await assertStored(other, await ready(other, created.id), content)
  passed = true
})
