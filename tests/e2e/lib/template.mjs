// Makes the cluster that E2E_TEMPLATE names: that of a server which was started and stopped once.
// usage: node template.mjs FOLDER
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { Server } from './server.mjs'

const server = await Server.start()
try {
  await server.stop()
  execFileSync('cp', ['-a', join(server.dataPath, 'postgres'), process.argv[2]])
} finally {
  server.abandon()
}
