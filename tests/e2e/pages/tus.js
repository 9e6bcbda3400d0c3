import * as tus from 'tus-js-client'
import { fileOf } from './file.js'

// What the test asks this page for. One upload at a time; it is looked at from outside.
window.state = {}

/** @param stopAt bytes after whose acknowledgement the upload is aborted. */
window.begin = async ({ endpoint, content, options = {}, stopAt = Infinity }) => {
  const file = await fileOf(content)
  window.state = { sent: 0, accepted: 0 }
  const upload = new tus.Upload(file, {
    endpoint,
    retryDelays: Array(100).fill(100),
    removeFingerprintOnSuccess: true,
    onProgress: (sent) => { window.state.sent = sent },
    onChunkComplete: (_, accepted) => {
      window.state.accepted = accepted
      if (accepted >= stopAt) {
        upload.abort().then(() => { window.state.aborted = true })
      }
    },
    onSuccess: () => { window.state.done = upload.url },
    onError: (trouble) => {
      window.state.trouble = {
        status: trouble.originalResponse?.getStatus(), body: trouble.originalResponse?.getBody(), message: trouble.message,
      }
    },
    ...options,
  })
  const [previous] = await upload.findPreviousUploads()
  window.state.found = previous !== undefined
  if (previous) {
    upload.resumeFromPreviousUpload(previous)
  }

  upload.start()
}
