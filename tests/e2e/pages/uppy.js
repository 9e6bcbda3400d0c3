import Uppy from '@uppy/core'
import Tus from '@uppy/tus'
import { fileOf } from './file.js'

window.state = {}

window.begin = async ({ endpoint, content, options = {} }) => {
  const file = await fileOf(content)
  window.state = { sent: 0 }
  const uppy = new Uppy({ autoProceed: false }).use(Tus, { endpoint, retryDelays: Array(100).fill(100), ...options })
  const bar = document.querySelector('progress')
  const line = document.querySelector('output')
  uppy.on('upload-progress', (_, { bytesUploaded, bytesTotal }) => {
    window.state.sent = bytesUploaded
    bar.value = bytesUploaded / bytesTotal
    line.textContent = `${file.name}: ${bytesUploaded} of ${bytesTotal}`
  })
  uppy.on('upload-success', (_, { uploadURL }) => {
    window.state.done = uploadURL
    line.textContent = `${file.name}: done`
  })
  uppy.on('upload-error', (_, trouble) => {
    window.state.trouble = {
      status: trouble.originalResponse?.getStatus(), body: trouble.originalResponse?.getBody(), message: trouble.message,
    }
    line.textContent = trouble.message
  })
  uppy.addFile({ name: file.name, type: file.type, data: file, source: 'test' })
  uppy.upload()
}
