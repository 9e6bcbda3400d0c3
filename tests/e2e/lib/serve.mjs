import { Server } from './server.mjs'

/** Starts a server for a test; prints the end of its log where the test failed, and stops it. */
export async function serve(t, settings) {
  const server = await Server.start(settings)
  let failed = true
  t.after(async () => {
    if (failed) {
      console.error(`--- the end of the server's log (${t.name})\n${server.log.slice(-6_000)}\n---`)
    }

    await server.dispose()
  })
  return { server, passed: () => { failed = false } }
}
