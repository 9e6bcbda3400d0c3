import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { test } from 'node:test'
import { exchange } from './lib/http.mjs'
import { bearer, SETTINGS, tokenOf } from './lib/jwt.mjs'
import { serve } from './lib/serve.mjs'
import { metadataOf } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

// A directory as somebody drops it: 20 folders, 24 in each of them, files in all.
const FILES = Number(process.env.E2E_TREE_FILES ?? 1_000)
const CLIENTS = 32
const BYTES = Buffer.alloc(10 << 10, 'x')
const FOLDERS = Array.from({ length: 500 }, (_, at) => at % 25 === 0 ? `top ${at / 25}` : `top ${Math.floor(at / 25)}/sub ${at % 25}`)

async function call(server, method, path, token, content) {
  const body = content && Buffer.from(JSON.stringify(content))
  const answer = await exchange(method, `${server.url}/api/v1/${path}`, {
    headers: { ...(token && bearer(token)), ...(body && { 'Content-Type': 'application/json', 'Content-Length': body.length }) }, body,
  })
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.body}`)
  return answer.json
}

async function everyOne(server, path, token) {
  const items = []
  let cursor = ''
  do {
    const page = await call(server, 'GET', `${path}${path.includes('?') ? '&' : '?'}limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, token)
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor)
  return items
}

test(`${FILES} files of a tree of 500 folders come through one link, all at once`, async (t) => {
  const { server, passed } = await serve(t, SETTINGS)
  const owner = tokenOf('ann')
  const target = await call(server, 'POST', 'folders', owner, { name: 'inbox' })
  const link = await call(server, 'POST', 'links', owner, { folderId: target.id, password: 'open sesame' })
  const visitor = (await call(server, 'POST', `links/${link.slug}/session`, null, { password: 'open sesame' })).token
  const batch = await call(server, 'POST', 'batches', visitor, { expectedFiles: FILES })
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  t.after(() => agent.destroy())
  const refused = []
  let next = 0
  const begun = Date.now()

  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    for (let at = next++; at < FILES; at = next++) {
      const filename = `file ${at}.bin`
      const answer = await exchange('POST', `${server.url}/uploads`, {
        agent,
        body: BYTES,
        headers: {
          ...bearer(visitor),
          'Tus-Resumable': '1.0.0',
          'Upload-Length': BYTES.length,
          'Content-Length': BYTES.length,
          'Content-Type': 'application/offset+octet-stream',
          'Upload-Metadata': metadataOf({ filename, relativePath: `${FOLDERS[at % FOLDERS.length]}/${filename}`, batchId: batch.id }),
        },
      })
      if (answer.status !== 201 || answer.offset !== BYTES.length) {
        refused.push(`${answer.status} ${answer.body}`)
      }
    }
  }))
  const received = Date.now()
  assert.deepEqual(refused, [])
  const ended = await until('the batch has ended', async () => {
    const found = await call(server, 'GET', `batches/${batch.id}`, visitor)
    return !['open', 'sealed'].includes(found.status) && found
  }, { within: 60_000 + FILES * 50, every: 200 })
  t.diagnostic(`received in ${received - begun} ms, stored after ${Date.now() - begun} ms`)

  assert.deepEqual(
    { status: ended.status, totalFiles: ended.totalFiles, processedFiles: ended.processedFiles, totalBytes: ended.totalBytes },
    { status: 'completed', totalFiles: FILES, processedFiles: FILES, totalBytes: FILES * BYTES.length })
  const folders = await everyOne(server, 'folders', owner)
  assert.deepEqual(folders.map((folder) => folder.path).sort(), ['inbox', ...FOLDERS.map((path) => `inbox/${path}`)].sort())
  const idOf = new Map(folders.map((folder) => [folder.path, folder.id]))
  const files = await everyOne(server, 'files', owner)
  assert.equal(files.length, FILES)
  for (const file of files) {
    const at = Number(/^file (\d+)\.bin$/.exec(file.fileName)[1])
    assert.equal(file.folderId, idOf.get(`inbox/${FOLDERS[at % FOLDERS.length]}`), file.fileName)
  }

  assert.equal(new Set(files.map((file) => file.fileName)).size, FILES)
  const usage = await call(server, 'GET', 'usage', owner)
  const level = { used: FILES * BYTES.length, reserved: 0 }
  assert.deepEqual([usage.user, usage.workspaces[0], usage.links[0]].map(({ used, reserved }) => ({ used, reserved })), [level, level, level])
  assert.equal(await endsOf(server, owner, batch.id), 1)
  passed()
})

/** How often the end of a batch was told, up to the end of an empty one. */
async function endsOf(server, token, batch) {
  const aborter = new AbortController()
  const feed = await fetch(`${server.url}/api/v1/events`, { headers: { ...bearer(token), 'Last-Event-ID': '0' }, signal: aborter.signal })
  const marker = await call(server, 'POST', 'batches', token, {})
  await call(server, 'POST', `batches/${marker.id}/cancel`, token, {})
  let text = ''
  for await (const more of feed.body.pipeThrough(new TextDecoderStream())) {
    text += more
    if (text.slice(-65_536).includes(marker.id)) {
      break
    }
  }

  aborter.abort()
  return text.split('\n').filter((line) => line.startsWith('data:') && line.includes('"type":"batch.') && line.includes(batch)).length
}
