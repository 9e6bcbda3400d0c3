import { Content } from '../../e2e/lib/content.mjs'
import { Random } from '../../e2e/lib/random.mjs'
import { RawUpload } from './raw.mjs'
import { Story } from './story.mjs'
import { runTusJs } from './tusjs.mjs'

const KiB = 1 << 10
const MiB = 1 << 20

// Of each client's requests there are enough.
const MOST_CHUNKS = 40
const CHUNKS = [Infinity, Infinity, 64 * KiB, 300_001, MiB, 2 * MiB]

// How often each kind of client comes: those that people have most often, those that do what is legal and nasty for the rest.
const KINDS = [
  ['tusjs', 8], ['tusjs-whole', 3], ['parallel', 2], ['raw', 3], ['raw-whole', 1], ['raw-deferred', 2], ['raw-deleted', 1],
]

/** The uploads of a seed: what they are is the seed's choice alone. */
export function uploadsOf(seed, count, batchId, { areLarge = false } = {}) {
  return Array.from({ length: count }, (_, index) => {
    const random = new Random(seed * 1_009 + index)
    const kind = pick(random)
    const size = sizeOf(random, kind, areLarge)
    const story = new Story(`${seed}/${index}`, kind, new Content(`${seed}-${index}`, size))
    const metadata = {
      filename: `${seed}-${index}.bin`,
      resumeKey: `${seed}/${index}`,
    }
    story.batched = random.next() < 0.4 && kind !== 'raw-deleted' && kind !== 'raw-deferred'
    if (story.batched && batchId) {
      metadata.batchId = batchId
    }

    const rate = { bytesPerSecond: Math.max(128 * KiB, size / (0.5 + 3 * random.next())) }
    return { story, start: random.between(0, 1_200), run: runner(story, kind, random, { metadata, rate }) }
  })
}

function runner(story, kind, random, { rate, ...rest }) {
  const { size } = story.content
  const chunkSize = Math.max(CHUNKS[random.between(0, CHUNKS.length)], Math.ceil(size / MOST_CHUNKS))
  switch (kind) {
    case 'tusjs':
    case 'tusjs-whole':
      return (ways) => runTusJs(story, { ...rest, rate, ...ways, chunkSize, uploadDataDuringCreation: kind === 'tusjs-whole' })
    case 'parallel': {
      const parts = random.between(2, 5)
      story.posts = parts + 1
      return (ways) => runTusJs(story, { ...rest, rate, ...ways, chunkSize, parallelUploads: parts })
    }
    default: {
      const way = { 'raw-whole': { whole: 512 * KiB }, 'raw-deferred': { deferred: true }, 'raw-deleted': { stopsAt: Math.floor(size / 2) } }[kind]
      story.expected = kind === 'raw-deleted' ? 'terminated' : 'ready'
      return (ways) => new RawUpload(story, random, { ...rest, ...rate, ...ways, ...way }).run()
    }
  }
}

function pick(random) {
  let left = random.next() * KINDS.reduce((sum, [, weight]) => sum + weight, 0)
  return KINDS.find(([, weight]) => (left -= weight) < 0)[0]
}

function sizeOf(random, kind, areLarge) {
  const way = random.next()
  if (way < 0.05 && kind.startsWith('tusjs')) {
    return 0
  }

  // Parts of an object store have 5 MiB at least.
  if (areLarge && way > 0.5) {
    return random.between(5 * MiB, 13 * MiB)
  }

  return way < 0.3 ? random.between(64, 100 * KiB) : way < 0.9 ? random.between(100 * KiB, 3 * MiB) : random.between(3 * MiB, 8 * MiB)
}
