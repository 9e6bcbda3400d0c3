import { setTimeout as pause } from 'node:timers/promises'

/**
 * What can go wrong, by name. `on` says what it needs for itself meanwhile; a fault whose target has one already does not happen. `least` and `most`:
 * milliseconds that it lasts; `weight`: how often it comes, as others come once. The lease of a node falls after 1.5 s of silence: `freeze` is shorter, `frozen` longer.
 */
export const FAULTS = {
  kill: { on: 'node', least: 0, most: 1_500, do: async ({ node }, last) => { await node.kill(); await last(); await node.start() } },
  term: { on: 'node', least: 0, most: 500, do: async ({ node }, last) => { await node.terminate(); await last(); await node.start() } },
  freeze: { on: 'node', least: 100, most: 900, do: async ({ node }, last) => { node.freeze(); await last(); node.thaw() } },

  // Its clients notice and go on elsewhere, while what they sent still lies before the frozen node.
  frozen: {
    on: 'node',
    weight: 3,
    least: 2_200,
    most: 3_500,
    do: async ({ node, cluster, random }, last) => {
      node.freeze()
      await pause(random.between(0, 600))
      cluster.clients.cutSome(random, 0.8, false)
      await last()
      node.thaw()
    },
  },
  pgrestart: { on: 'postgres', least: 0, most: 0, do: ({ cluster }) => cluster.postgres.restart() },
  pgkill: { on: 'postgres', least: 0, most: 800, do: async ({ cluster }, last) => { await cluster.postgres.kill(); await last(); await cluster.postgres.up() } },
  backend: { on: 'postgres', least: 0, most: 0, do: ({ cluster, random }) => cluster.postgres.killBackend(random) },
  cut: { on: 'clients', least: 0, most: 0, do: ({ cluster, random }) => { cluster.clients.cutSome(random, 0.6, random.next() < 0.5) } },
  stall: {
    on: 'clients',
    least: 100,
    most: 2_000,
    do: async ({ cluster, random }, last) => {
      const stalled = cluster.clients.stallSome(random, 0.6)
      const cut = random.next() < 0.5
      await last()
      stalled[cut ? 'cut' : 'resume']()
    },
  },
  lose: {
    on: 'clients',
    least: 500,
    most: 4_000,
    do: async ({ cluster, random }, last) => {
      const lost = cluster.clients.loseSome(random, 0.6)
      await last()
      lost.end()
    },
  },
  dbcut: { on: 'database', least: 0, most: 0, do: ({ node, random }) => { node.database.cutSome(random, 1, random.next() < 0.5) } },
  dbstall: { on: 'database', least: 200, most: 3_500, do: async ({ node }, last) => { node.database.stall(); await last(); node.database.resume() } },
  dbslow: {
    on: 'database',
    least: 500,
    most: 3_000,
    do: async ({ node, random }, last) => { node.database.latency = random.between(20, 250); await last(); node.database.latency = 0 },
  },
  storedown: {
    on: 'store', least: 300, most: 2_500, if: hasStore,
    do: async ({ cluster: { store: { relay } }, random }, last) => { relay.isClosed = true; relay.cutSome(random, 1, true); await last(); relay.isClosed = false },
  },
  storecut: { on: 'store', least: 0, most: 0, if: hasStore, do: ({ cluster, random }) => { cluster.store.relay.cutSome(random, 1, random.next() < 0.5) } },
  storestall: {
    on: 'store', least: 300, most: 3_500, if: hasStore,
    do: async ({ cluster: { store: { relay } } }, last) => { relay.stall(); await last(); relay.resume() },
  },
  storeslow: {
    on: 'store', least: 500, most: 3_000, if: hasStore,
    do: async ({ cluster: { store: { relay } }, random }, last) => { relay.latency = random.between(20, 250); await last(); relay.latency = 0 },
  },
  full: { on: 'disk', least: 300, most: 2_000, if: ({ disk }) => disk.canFill, do: async ({ cluster: { disk } }, last) => { disk.fill(); await last(); disk.free() } },
  eio: {
    on: 'content', least: 200, most: 2_000, if: ({ disk }) => disk.failing !== undefined,
    do: async ({ node }, last) => { node.breakDisk(); await last(); node.mendDisk() },
  },
}

function hasStore({ store }) {
  return store !== undefined
}

/** What happens when, from the seed: [{ at, name, node, lasts }], in milliseconds. */
export function plan(random, { names, nodes, least = 3, most = 6, window = 3_000 }) {
  const urn = names.flatMap((name) => Array(FAULTS[name].weight ?? 1).fill(name))
  return Array
    .from({ length: random.between(least, most + 1) }, () => {
      const name = urn[random.between(0, urn.length)]
      return {
        at: random.between(200, window), name, node: random.between(0, nodes),
        lasts: random.between(FAULTS[name].least, FAULTS[name].most + 1), seed: random.between(0, 2 ** 31),
      }
    })
    .sort((one, other) => one.at - other.at)
}

/** Lets one fault happen; what it is in words. */
export async function happen(cluster, fault, random, busy, note) {
  const { on, do: act } = FAULTS[fault.name]
  const target = ['node', 'database', 'content'].includes(on) ? `${on}${fault.node}` : on
  const node = cluster.nodes[fault.node]
  if (busy.has(target) || (on === 'node' && !node.isRunning)) {
    return
  }

  busy.add(target)
  const what = `${fault.name}${target === on ? '' : ` of node ${fault.node}`}`
  note(`${what}${fault.lasts > 0 ? ` for ${fault.lasts} ms` : ''}`)
  try {
    await act({ cluster, node, random }, () => pause(fault.lasts))
    note(`${what} is over`)
  } finally {
    busy.delete(target)
  }
}
