import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createLink } from './lib/api.mjs'
import { exchange } from './lib/http.mjs'
import { Random } from './lib/random.mjs'
import { serve } from './lib/serve.mjs'
import { Traffic } from './lib/traffic.mjs'
import { until } from './lib/until.mjs'

const SERVER_KILLS = Number(process.env.E2E_KILLS ?? 8)
const POSTGRES_KILLS = Number(process.env.E2E_POSTGRES_KILLS ?? 4)
const LONGEST_PAUSE = 1_500

// A killed worker's jobs are given to others this much later; the default is for machines that are slower than their heartbeat.
const SETTINGS = { 'Jobs:InvisibilityTimeout': '00:00:05' }

test(`A server that is killed ${SERVER_KILLS} times at random moments loses nothing it acknowledged`, async (t) => {
  const { server, passed } = await serve(t, SETTINGS)
  const random = new Random()
  t.diagnostic(`E2E_SEED=${random.seed}`)
  const traffic = new Traffic(server, random, await createLink(server))
  const postgres = server.postgresPid

  for (let kill = 0; kill < SERVER_KILLS; kill++) {
    await traffic.moves()
    await pause(random.between(0, LONGEST_PAUSE))
    traffic.check()
    await server.kill()
    await server.start()
  }

  await traffic.end()
  t.diagnostic(`${traffic.finished.length} uploads finished; ${JSON.stringify(traffic.answers)}`)
  assert.equal(server.postgresPid, postgres, 'Postgres was taken over, not started again')
  await traffic.assertAllThere()
  passed()
})

test(`Uploads go on after Postgres was killed ${POSTGRES_KILLS} times`, async (t) => {
  const { server, passed } = await serve(t, SETTINGS)
  const random = new Random()
  t.diagnostic(`E2E_SEED=${random.seed}`)
  const traffic = new Traffic(server, random, await createLink(server))

  for (let kill = 0; kill < POSTGRES_KILLS; kill++) {
    await traffic.moves()
    await pause(random.between(0, LONGEST_PAUSE))
    traffic.check()
    const killed = server.postgresPid
    server.killPostgres()
    await until('Postgres is back', () => server.postgresPid !== undefined && server.postgresPid !== killed, { within: 60_000 })
    await until('the server is ready again', async () => (await exchange('GET', `${server.url}/health/ready`)).status === 200, { within: 60_000 })
  }

  await traffic.end()
  t.diagnostic(`${traffic.finished.length} uploads finished; ${JSON.stringify(traffic.answers)}`)
  assert.ok(server.isRunning, 'the server outlived its Postgres')
  await traffic.assertAllThere()
  passed()
})
