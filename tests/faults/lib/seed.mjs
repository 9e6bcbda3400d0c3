import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { digestOf, exchange } from '../../e2e/lib/http.mjs'
import { count } from '../../e2e/lib/persistent.mjs'
import { Random } from '../../e2e/lib/random.mjs'
import { broken, nameOf } from './checker.mjs'
import { factsOf } from './facts.mjs'
import { FAULTS, happen, plan } from './faults.mjs'
import { uploadsOf } from './uploads.mjs'

const UPLOAD_LIMIT = 60_000
const SHOWN = 20
const SETTLE_LIMIT = 40_000

/** One seed from its first upload to its check: { violations, answers, happened, stories, … }. */
export async function runSeed(cluster, seed, { uploads = 20, faults = Object.keys(FAULTS), run = '0', faultCount, settleLimit = SETTLE_LIMIT } = {}) {
  const begun = Date.now()
  const headers = { 'X-TusUpload-User': `seed-${seed}-${run}` }
  const random = new Random(seed)
  const happened = []
  const note = (text) => happened.push(`${String(Date.now() - begun).padStart(6)} ${text}`)

  const manner = { areLarge: cluster.store !== undefined }
  const all = uploadsOf(seed, uploads, undefined, manner)
  const joined = all.filter(({ story }) => story.batched).length
  const batchId = joined > 0 ? await createBatch(cluster, headers, joined) : undefined
  const runs = batchId ? uploadsOf(seed, uploads, batchId, manner) : all
  const stories = runs.map(({ story }) => story)
  const aborter = new AbortController()
  setMaxListeners(0, aborter.signal)
  const busy = new Set()
  const failures = []
  const possible = faults.filter((name) => FAULTS[name].if?.(cluster) ?? true)
  const planned = plan(random, { names: possible, nodes: cluster.nodes.length, ...faultCount })
  const uploaded = Promise.all(runs.map(async ({ story, start, run: go }) => {
    await pause(start)
    await go({ url: cluster.url, headers, signal: aborter.signal }).catch((trouble) => story.violate(`the client gave up: ${trouble.message}`))
    story.note('the client is done')
  })).then(() => Date.now() - begun)
  await Promise.all(planned.map(async (fault) => {
    await pause(fault.at)
    await happen(cluster, fault, new Random(fault.seed), busy, note).catch((trouble) => failures.push(`${fault.name}: ${trouble.message}`))
  }))
  await cluster.heal()

  // From here on nothing keeps them.
  const limit = setTimeout(() => aborter.abort(), UPLOAD_LIMIT)
  const ms = { uploaded: await uploaded }
  clearTimeout(limit)
  await endOrphans(cluster, headers, stories, note)

  const violations = [
    ...failures.map((text) => ({ text: `the harness: ${text}` })),
    ...stories.flatMap((story) => story.violations.map((text) => ({ story, text }))),
    ...stories.flatMap((story) => startedAgain(story).map((text) => ({ story, text }))),
    ...await settle(cluster, headers, stories, settleLimit),
  ]
  clear(cluster)
  const answers = {}
  stories.forEach((story) => Object.entries(story.answers).forEach(([what, times]) => { answers[what] = (answers[what] ?? 0) + times }))
  return { seed, violations, answers, happened, planned, stories, ms: { ...ms, all: Date.now() - begun } }
}

function startedAgain(story) {
  const made = story.answers['POST 201'] ?? 0
  return made === story.posts || story.violations.length > 0 ? [] : [`POST was answered 201 ${made} times, expected ${story.posts}`]
}

async function createBatch(cluster, headers, expectedFiles) {
  const body = Buffer.from(JSON.stringify({ expectedFiles }))
  const answer = await exchange('POST', `${cluster.quietUrl}/api/v1/batches`, {
    headers: { ...headers, 'Content-Type': 'application/json', 'Content-Length': body.length }, body,
  })
  if (answer.status !== 201) {
    throw new Error(`POST batches: ${answer.status} ${answer.body}`)
  }

  return answer.json.id
}

/**
 * Creations whose client never learned of them: nothing goes on with them, and that is nobody's fault. Parts, which have no key; and of an upload that tells
 * its length at last, a POST that comes when another has been told it: these are not the same.
 */
async function endOrphans(cluster, headers, stories, note) {
  const known = new Set(stories.flatMap((story) => story.ids))
  const deferred = stories.filter((story) => story.kind === 'raw-deferred' && story.answers['POST lost'] > 0).map(nameOf)
  const { sessions } = await factsOf(cluster.sql, headers['X-TusUpload-User'])
  const isOrphan = (one) => one.isPartial || (one.size === null && one.uploaded === 0 && deferred.includes(one.name))
  for (const session of sessions.filter((one) => one.status === 'receiving' && isOrphan(one) && !known.has(one.id))) {
    const answer = await exchange('DELETE', `${cluster.quietUrl}/uploads/${session.id}`, { headers: { ...headers, 'Tus-Resumable': '1.0.0' } })
    note(`a creation that no client knows is ended: ${answer.status}`)
  }
}

/** Waits until nothing is broken; gives what is when time is up. */
async function settle(cluster, headers, stories, limit) {
  for (const story of stories) {
    story.sha256 = await story.content.sha256()
  }

  const deadline = Date.now() + limit
  for (let wait = 50; ; wait = Math.min(wait * 1.5, 500)) {
    const facts = await factsOf(cluster.sql, headers['X-TusUpload-User'])
    const found = broken(stories, facts, await leftovers(cluster))
    if (found.length === 0) {
      return readBack(cluster, headers, stories, facts)
    }

    if (Date.now() > deadline) {
      return found
    }

    await pause(wait)
  }
}

async function leftovers({ disk, store }) {
  return {
    store: await store?.remains() ?? [],
    content: disk.files(disk.content).filter(isUpload),
    // A health check that was killed leaves its probe.
    objects: disk.files(disk.objects).filter((path) => !path.startsWith('.check-')),
  }
}

async function readBack(cluster, headers, stories, facts) {
  const found = []
  for (const story of stories.filter((one) => one.expected === 'ready')) {
    const file = facts.files.find((one) => one.name === nameOf(story))
    const stored = await digestOf(`${cluster.quietUrl}/api/v1/files/${file.id}/content`, { headers })
    if (stored.sha256 !== story.sha256) {
      found.push({ story, text: `the stored bytes are others: ${stored.status}, ${stored.length} of ${story.content.size}, ${stored.sha256}` })
    }
  }

  return found
}

/** The next seed begins with empty folders; the marks that say whose the content folder is stay. */
function clear({ disk }) {
  disk.files(disk.content).filter(isUpload).forEach((path) => disk.remove(`${disk.content}/${path}`))
  disk.files(disk.objects).forEach((path) => disk.remove(`${disk.objects}/${path}`))
}

function isUpload(path) {
  return path.includes('/')
}

export function summaryOf({ seed, violations, answers, happened, stories, ms }) {
  const sorted = Object.fromEntries(Object.entries(answers).sort(([one], [other]) => one.localeCompare(other)))
  const kinds = {}
  happened.filter((line) => !/ is over$|ended/.test(line)).forEach((line) => count(kinds, line.trim().split(' ')[1]))
  return `seed ${seed}: ${stories.length} uploads, ${violations.length} violations, ${(ms.all / 1000).toFixed(1)} s (uploads ${(ms.uploaded / 1000).toFixed(1)}); `
    + `${Object.entries(kinds).map(([name, times]) => times > 1 ? `${times} ${name}` : name).join(', ')}; ${JSON.stringify(sorted).replaceAll('"', '')}`
}

/** What broke, and what happened meanwhile. */
export function tell({ violations, happened }) {
  const named = violations.map(({ story, text }) => `  !! ${story ? `${story.name} (${story.kind}, ${story.ids.at(-1)}): ` : ''}${text}`)
  return [...named.slice(0, SHOWN), ...happened.map((line) => `  ${line}`)].join('\n')
}
