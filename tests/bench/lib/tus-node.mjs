// @tus/server with its file store, as its own documentation shows it: tus-node.mjs PORT FOLDER
import http from 'node:http'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const [port, directory] = process.argv.slice(2)
const tus = new Server({ path: '/files', datastore: new FileStore({ directory }) })
const server = http.createServer((request, response) => tus.handle(request, response))
server.requestTimeout = 0
server.listen(Number(port), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
