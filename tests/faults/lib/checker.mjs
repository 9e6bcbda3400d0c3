const READY = ['upload.created', 'upload.received', 'file.processing', 'file.ready']
const TERMINATED = ['upload.created', 'upload.terminated']

// XXH128.
const CHECKSUM = 16

/**
 * The invariants, asked of what is left when everybody is done: [{ story, text }], empty where all hold. Some become true only after the sweeps, so it is
 * asked until none is broken or time is up.
 * @param left paths in the folders of content and objects, and keys in the store of the content.
 */
export function broken(stories, facts, left) {
  return [
    ...stories.flatMap((story) => ofStory(story, facts).map((text) => ({ story, text }))),
    ...[...ofSessions(facts), ...ofStorage(facts), ...ofBatches(stories, facts), ...ofRemains(facts, left)].map((text) => ({ text })),
  ]
}

function ofStory(story, facts) {
  const name = nameOf(story)
  const sessions = facts.sessions.filter((session) => session.name === name && !session.isPartial && !isRefused(story, session))
  const files = facts.files.filter((file) => file.name === name)
  if (sessions.length !== 1) {
    return [`it is ${sessions.length} uploads: ${sessions.map((one) => `${one.id} ${one.status} ${one.uploaded}`).join(', ')}`]
  }

  const [session] = sessions
  const told = facts.events.filter((event) => event.subject === session.id)
  const isReady = story.expected === 'ready'
  return [
    ...wrong('the upload that its client knows', story.ids.includes(session.id), true),
    ...wrong('status', session.status, isReady ? 'received' : 'terminated'),
    ...story.ids.flatMap((id) => notBelow(story, facts.sessions.find((one) => one.id === id), id)),
    ...wrong('events', told.map((event) => event.type).join(' '), (isReady ? READY : TERMINATED).join(' ')),
    ...wrong('events without a place', told.filter((event) => event.sequence === null).length, 0),
    ...wrong('files', files.length, isReady ? 1 : 0),
    ...(isReady ? files.flatMap((file) => ofFile(story, session, file)) : []),
  ]
}

/** A creation that its client was not told of, and that has ended: the disk had no room for it, or it came late and was ended here. */
function isRefused(story, session) {
  const { 'POST 507': full = 0, 'POST lost': lost = 0 } = story.answers
  return session.status === 'terminated' && session.uploaded === 0 && !story.ids.includes(session.id) && full + lost > 0
}

function ofFile(story, session, file) {
  return [
    ...wrong('id of the file', file.id, session.id),
    ...wrong('status of the file', file.status, 'ready'),
    ...wrong('size of the file', file.size, story.content.size),
    ...wrong('uploaded', session.uploaded, story.content.size),
    ...wrong('SHA-256', file.sha256, story.sha256),
  ]
}

function notBelow(story, session, id) {
  return session === undefined
    ? [`${id} is not there any more`]
    : session.uploaded < story.acknowledged(id) ? [`${id} was acknowledged up to ${story.acknowledged(id)} and is at ${session.uploaded}`] : []
}

function ofSessions(facts) {
  return facts.sessions.flatMap((session) => {
    const of = (what) => `${what} of ${session.id}`
    const spans = session.chunks

    // One that was made of others has theirs.
    const isOne = session.parts === null
    return [
      ...wrong(of('lease'), session.lease, null),
      ...wrong(of('reservation'), session.reserved, 0),
      ...wrong(of('end'), session.status !== 'receiving', true),
      ...spans.flatMap(([index, offset, , checksum], at) => [
        ...wrong(of(`index of chunk ${at}`), index, at),
        ...wrong(of(`offset of chunk ${at}`), offset, at === 0 ? 0 : spans[at - 1][1] + spans[at - 1][2]),
        ...wrong(of(`length of the checksum of chunk ${at}`), checksum, CHECKSUM),
      ]),
      ...(isOne ? wrong(of('number of chunks'), spans.length, session.chunkCount) : []),
      ...(isOne ? wrong(of('sum of chunks'), spans.reduce((sum, [, , length]) => sum + length, 0), session.uploaded) : []),
    ]
  })
}

function ofStorage(facts) {
  const used = facts.files.filter((file) => file.status === 'ready').reduce((sum, file) => sum + file.size, 0)
  return facts.levels.flatMap((level) => [...wrong(`used of ${level.name}`, level.used, used), ...wrong(`reserved of ${level.name}`, level.reserved, 0)])
}

function ofBatches(stories, facts) {
  const joined = stories.filter((story) => story.batched)
  return facts.batches.flatMap((batch) => {
    const { status, joined_files, received_files, processed_files, failed_files, total_bytes } = batch
    return [
      ...wrong(
        'the batch',
        JSON.stringify({ status, joined_files, received_files, processed_files, failed_files, total_bytes }),
        JSON.stringify({
          status: 'completed', joined_files: joined.length, received_files: joined.length, processed_files: joined.length, failed_files: 0,
          total_bytes: joined.reduce((sum, story) => sum + story.content.size, 0),
        })),
      ...wrong('announcements of the batch\'s end', facts.events.filter((event) => event.type === 'batch.completed').length, 1),
    ]
  })
}

function ofRemains(facts, left) {
  const stored = facts.files.filter((file) => file.status === 'ready').map((file) => file.path).sort()
  return [
    ...wrong('files in the content folder', left.content.join(' '), ''),
    ...wrong('what is left in the object store', left.store.join(' '), ''),
    ...wrong('objects that no file has', (left.objects ?? []).filter((path) => !stored.includes(path)).join(' '), ''),
    ...wrong('files without their object', (left.objects ? stored : []).filter((path) => !left.objects.includes(path)).join(' '), ''),
    ...wrong('uploads with bytes in the database', facts.rows.join(' '), ''),
    ...wrong('unfinished multiparts', facts.multiparts.join(' '), ''),
    // Who dies while it asks leaves one, until somebody asks a minute later.
    ...wrong('requests for a lease that were left', facts.askedFor, 0),
    ...wrong('connections idle in a transaction', facts.inTransaction, 0),
  ]
}

export function nameOf(story) {
  return `${story.name.replace('/', '-')}.bin`
}

function wrong(what, is, expected) {
  return is === expected ? [] : [`${what}: ${JSON.stringify(is)}, expected ${JSON.stringify(expected)}`]
}
