import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertStored, get, ready } from './lib/api.mjs'
import { Content } from './lib/content.mjs'
import { Database, withoutPsql } from './lib/database.mjs'
import { exchange } from './lib/http.mjs'
import { serve } from './lib/serve.mjs'
import { head, patch, post, terminate } from './lib/tus.mjs'
import { until } from './lib/until.mjs'

const SIZE = 3_000_000
const HALF = SIZE / 2

test('processes of one role each do the work of one together', { skip: withoutPsql }, async (t) => {
  const { server: shows, passed: shown } = await serve(t, { Roles: 'dashboard' })
  const database = new Database(shows)
  const shared = {
    'ConnectionStrings:Postgres': database.connectionString,
    'Content:Shared': true,
    'Content:Path': join(shows.dataPath, 'shared'),
    'Storage:LocalPath': join(shows.dataPath, 'objects'),
  }
  const { server: receives, passed: received } = await serve(t, { ...shared, Roles: 'receive' })
  const content = new Content('roles', SIZE)
  const { id, url } = await post(receives, { size: SIZE })
  assert.equal((await patch(url, 0, content.stream(0, HALF), { length: HALF })).status, 204)
  assert.equal((await patch(url, HALF, content.stream(HALF), { length: HALF })).status, 204)
  await until('a job is queued', () => database.json('SELECT count(*) FROM hangfire.jobqueue') > 0)
  assert.equal(database.json('SELECT count(*) FROM hangfire.server'), 0, 'neither works on jobs')
  assert.equal((await get(receives, `files/${id}`)).processingStatus, 'received')

  const { server: works, passed: worked } = await serve(t, { ...shared, Roles: 'process' })
  await assertStored(receives, await ready(receives, id), content)

  await t.test('each says what it does not do, and no client loses an upload by it', async () => {
    const running = await post(receives, { size: SIZE })
    assert.equal((await patch(running.url, 0, content.stream(0, HALF), { length: HALF })).status, 204)
    for (const other of [works, shows]) {
      const elsewhere = running.url.replace(receives.url, other.url)
      assert.notEqual(elsewhere, running.url)
      const asked = await head(elsewhere)
      assert.deepEqual([asked.status, asked.headers['retry-after']], [423, '1'])
      assertOther(await post(other, { size: 10 }))
      assertOther(await patch(elsewhere, HALF, content.stream(HALF), { length: HALF }))
      assertOther(await terminate(elsewhere))
      assertOther(await exchange('GET', `${other.url}/api/v1/files/${id}`))
      assertOther(await exchange('GET', `${other.url}/api/v1/usage`))
    }

    for (const other of [receives, works]) {
      assertOther(await exchange('GET', `${other.url}/hangfire`))
      assertOther(await exchange('GET', `${other.url}/hangfire/jobs/succeeded`))
    }

    const stands = await head(running.url)
    assert.deepEqual([stands.status, Number(stands.headers['upload-offset'])], [200, HALF])
    assert.equal((await patch(running.url, HALF, content.stream(HALF), { length: HALF })).status, 204)
    await assertStored(receives, await ready(receives, running.id), content)
  })

  await t.test('the dashboard shows jobs that others made and others did', async () => {
    const page = await exchange('GET', `${shows.url}/hangfire/jobs/succeeded`)
    assert.equal(page.status, 200)
    assert.match(String(page.body), new RegExp(`Ingest ${id}`))
  })

  await t.test('all are ready', async () => {
    for (const server of [receives, works, shows]) {
      assert.equal((await exchange('GET', `${server.url}/health/ready`)).status, 200)
    }
  })

  await t.test('a balancer that asks for a role hears who has it', async () => {
    for (const [role, owner] of [['receive', receives], ['process', works], ['dashboard', shows]]) {
      for (const server of [receives, works, shows]) {
        const answer = await exchange('GET', `${server.url}/health/ready?role=${role}`)
        assert.deepEqual([answer.status, answer.json.status], server === owner ? [200, 'ready'] : [503, 'other_role'])
      }
    }
  })
  worked()
  received()
  shown()
})

function assertOther(answer) {
  assert.deepEqual([answer.status, answer.json?.code, answer.headers['retry-after']], [503, 'other_role', '1'], `${answer.status} ${answer.body}`)
}
