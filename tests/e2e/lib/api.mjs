import assert from 'node:assert/strict'
import { digestOf, exchange } from './http.mjs'
import { until } from './until.mjs'

export async function get(server, path) {
  const answer = await exchange('GET', `${server.url}/api/v1/${path}`)
  assert.equal(answer.status, 200, `GET ${path}: ${answer.status} ${answer.body}`)
  return answer.json
}

export async function createBatch(server, expectedFiles) {
  const body = Buffer.from(JSON.stringify({ expectedFiles }))
  const answer = await exchange('POST', `${server.url}/api/v1/batches`, {
    headers: { 'Content-Type': 'application/json', 'Content-Length': body.length }, body,
  })
  assert.equal(answer.status, 201, `POST batches: ${answer.status} ${answer.body}`)
  return answer.json
}

/** A share link that takes whatever comes. */
export async function createLink(server) {
  const answer = await exchange('POST', `${server.url}/api/v1/links`, {
    headers: { 'Content-Type': 'application/json', 'Content-Length': 2 }, body: Buffer.from('{}'),
  })
  assert.equal(answer.status, 201, `POST links: ${answer.status} ${answer.body}`)
  return answer.json
}

/** Every item of a list, page by page. */
export async function all(server, path, query = '') {
  const items = []
  let cursor = ''
  do {
    const page = await get(server, `${path}?limit=100${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor)
  return items
}

/** The file once it has been processed; the test fails where that ends in anything but ready. */
export function ready(server, id, { headers, ...options } = {}) {
  return until(`file ${id} is ready`, async () => {
    const answer = await exchange('GET', `${server.url}/api/v1/files/${id}`, { headers })
    if (answer.status !== 200) {
      return undefined
    }

    const file = answer.json
    if (file.processingStatus === 'rejected' || file.processingStatus === 'failed') {
      throw new Error(`the file is ${file.processingStatus}: ${JSON.stringify(file.rejection)}`)
    }

    return file.processingStatus === 'ready' && file
  }, options)
}

/** The record and the stored bytes are those of the content. */
export async function assertStored(server, file, content, { headers } = {}) {
  const sha256 = await content.sha256()
  assert.deepEqual({ size: file.fileSize, sha256: file.sha256 }, { size: content.size, sha256 })
  const stored = await digestOf(`${server.url}/api/v1/files/${file.id}/content`, { headers })
  assert.deepEqual(
    { status: stored.status, length: stored.length, sha256: stored.sha256 }, { status: 200, length: content.size, sha256 })
  return stored
}

/** Every level counts the same bytes, and holds nothing for uploads on their way. */
export async function assertUsage(server, used) {
  const usage = await get(server, 'usage')
  assert.deepEqual({ used: usage.user.used, reserved: usage.user.reserved }, { used, reserved: 0 }, 'the user')
  assert.equal(usage.workspaces.reduce((sum, level) => sum + level.used, 0), used, 'the workspaces, used')
  assert.equal(usage.workspaces.reduce((sum, level) => sum + level.reserved, 0), 0, 'the workspaces, reserved')
}
