// A client that can be killed: tus-js-client with the upload's URL in a file. Tells its parent how far it is.
import { existsSync, writeFileSync } from 'node:fs'
import { FileUrlStorage } from 'tus-js-client'
import { Content } from '../lib/content.mjs'
import { uploadOf } from '../lib/tusjs.mjs'

const { endpoint, seed, size, chunkSize, urls, metadata } = JSON.parse(process.argv[2])
if (!existsSync(urls)) {
  writeFileSync(urls, '{}')
}

let lastByteSent = false
const { upload, requests } = uploadOf(new Content(seed, size), endpoint, {
  chunkSize,
  metadata,
  urlStorage: new FileUrlStorage(urls),
  onUploadUrlAvailable: () => process.send({ url: upload.url }),
  onChunkComplete: (_, accepted) => process.send({ accepted }),
  onProgress: (sent) => {
    if (sent === size && !lastByteSent) {
      lastByteSent = true
      process.send({ lastByteSent })
    }
  },
  onSuccess: () => process.send({ done: true, requests }, () => process.disconnect()),
  onError: (trouble) => process.send({ trouble: trouble.message }, () => process.exit(1)),
})

const [previous] = await upload.findPreviousUploads()
if (previous) {
  upload.resumeFromPreviousUpload(previous)
}

upload.start()
