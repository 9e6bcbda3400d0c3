import * as tus from 'tus-js-client'
import { Content } from './content.mjs'

export const { DefaultHttpStack, Upload } = tus

/** Lets tus-js-client read content that is made on the fly; where it cuts that into parts, it reads each of them again as a content of its own. */
class ContentReader {
  async openFile(source) {
    const read = source instanceof Content ? (start, end) => source.bytes(start, end) : (start, end) => source.subarray(start, end)
    return {
      size: source.size,
      async slice(start, end) {
        const value = read(start, end)
        value.size = value.length
        return { value, done: end >= source.size }
      },
      close() {},
    }
  }
}

/** tus-js-client cuts the content into parts and reads each of them again as a content of its own. */
export class PartReader {
  async openFile(source) {
    const read = source instanceof Content ? (start, end) => source.bytes(start, end) : (start, end) => source.subarray(start, end)
    return {
      size: source.size,
      async slice(start, end) {
        const value = read(start, end)
        value.size = value.length
        return { value, done: end >= source.size }
      },
      close() {},
    }
  }
}

/** An upload of the content, with the requests it made and the answers it got on record. */
export function uploadOf(content, endpoint, options = {}) {
  const requests = []
  const upload = new tus.Upload(content, {
    endpoint,
    fileReader: new ContentReader(),
    fingerprint: async () => `content-${content.size}`,
    retryDelays: [0, 100, 300, 500],
    removeFingerprintOnSuccess: true,
    onAfterResponse: (request, response) => requests.push({
      method: request.getMethod(), status: response.getStatus(), offset: response.getHeader('Upload-Offset'),
    }),
    ...options,
  })
  return { upload, requests }
}

/** Runs it to its end; gives its id. */
export function finish({ upload }, start = () => upload.start()) {
  return new Promise((resolve, reject) => {
    upload.options.onSuccess = () => resolve(upload.url.split('/').at(-1))
    upload.options.onError = reject
    start()
  })
}
