import { Content } from '../../e2e/lib/content.mjs'
import { DefaultHttpStack, Upload } from '../../e2e/lib/tusjs.mjs'
import { Uplink } from '../../e2e/lib/uplink.mjs'

const TRIES = 2_000
const AGAIN = 100

/** tus-js-client cuts a content into parts and reads each of them again as a content of its own. */
class Reader {
  async openFile(source) {
    const read = source instanceof Content ? (start, end) => source.bytes(start, end) : (start, end) => source.subarray(start, end)
    return {
      size: source.size,
      async slice(start, end) {
        const value = read(start, Math.min(end, source.size))
        value.size = value.length
        return { value, done: end >= source.size }
      },
      close() {},
    }
  }
}

/** An unmodified tus-js-client on a line of its own. @param options of tus-js-client. */
export async function runTusJs(story, { url, headers, metadata, bytesPerSecond, signal, ...options }) {
  const line = new Uplink(bytesPerSecond)
  const running = new Map()
  try {
    await new Promise((resolve, reject) => {
      const upload = new Upload(story.content, {
        endpoint: `${url}/uploads`,
        headers,
        metadata,
        fileReader: new Reader(),
        fingerprint: async () => story.name,
        storeFingerprintForResuming: false,
        retryDelays: Array(TRIES).fill(AGAIN),
        httpStack: new DefaultHttpStack({ agent: line.agent }),
        onBeforeRequest(request) {
          const offset = request.getHeader('Upload-Offset')
          const verb = request.getMethod()
          running.set(request, story.begin(verb, verb === 'POST' ? undefined : request.getURL(), offset === undefined ? undefined : Number(offset)))
        },
        onAfterResponse(request, response) {
          const offset = response.getHeader('Upload-Offset')
          const location = response.getHeader('Location')
          story.end(
            running.get(request), response.getStatus(), offset === undefined ? undefined : Number(offset), location && new URL(location, url).href)
          running.delete(request)
        },
        // As its own default does, but for the record.
        onShouldRetry(trouble) {
          const request = running.get(trouble.originalRequest)
          if (request) {
            story.lost(request, trouble.causingError?.code ?? trouble.message)
            running.delete(trouble.originalRequest)
          }

          const status = trouble.originalResponse?.getStatus() ?? 0
          return status < 400 || status >= 500 || status === 409 || status === 423
        },
        onSuccess: resolve,
        onError: reject,
        ...options,
      })
      signal.addEventListener('abort', () => {
        upload.abort()
        reject(new Error('it did not end in time'))
      })
      upload.start()
    })
  } finally {
    line.agent.destroy()
  }
}
