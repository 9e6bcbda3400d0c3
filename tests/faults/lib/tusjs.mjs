import { setTimeout as pause } from 'node:timers/promises'
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

/**
 * An unmodified tus-js-client on a line of its own.
 * @param rate { bytesPerSecond } of the line, which may change. @param options of tus-js-client.
 */
export async function runTusJs(story, { rate, ...options }) {
  const line = new Uplink(rate)
  try {
    let parts
    for (let tries = 0; ; tries++) {
      const upload = new Upload(story.content, optionsOf(story, line, options))
      if (parts) {
        upload.resumeFromPreviousUpload({ parallelUploadUrls: parts, urlStorageKey: story.name })
      }

      try {
        await finish(upload, options.signal)
        return
      } catch (trouble) {
        // It does not ask again for what is to be made of the parts: its user does, with the parts that there are.
        parts = upload._parallelUploadUrls
        if (options.parallelUploads === undefined || options.signal.aborted || tries === TRIES || !isTransient(trouble)) {
          throw trouble
        }

        story.note(`its user starts it again: ${trouble.message}`)
        await pause(AGAIN)
      }
    }
  } finally {
    line.agent.destroy()
  }
}

function optionsOf(story, line, { url, headers, metadata, signal, ...options }) {
  const running = new Map()
  const lose = (request, why) => {
    if (running.has(request)) {
      story.lost(running.get(request), why)
      running.delete(request)
    }
  }
  return {
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
      lose(trouble.originalRequest, trouble.causingError?.code ?? trouble.message)
      return isTransient(trouble)
    },
    ...options,
  }
}

function finish(upload, signal) {
  return new Promise((resolve, reject) => {
    upload.options.onSuccess = resolve
    upload.options.onError = reject
    signal.addEventListener('abort', () => {
      upload.abort()
      reject(new Error('it did not end in time'))
    })
    upload.start()
  })
}

function isTransient(trouble) {
  const status = trouble.originalResponse?.getStatus() ?? 0
  return status < 400 || status >= 500 || status === 409 || status === 423
}
