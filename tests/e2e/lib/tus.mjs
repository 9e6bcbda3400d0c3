import { exchange } from './http.mjs'

const VERSION = { 'Tus-Resumable': '1.0.0' }
export const BYTES = { 'Content-Type': 'application/offset+octet-stream' }

/** Upload-Metadata of an object of texts. */
export function metadataOf(texts) {
  return Object.entries(texts).map(([key, text]) => `${key} ${Buffer.from(text, 'utf8').toString('base64')}`).join(',')
}

/** @param size undefined: the length is deferred. @param body sent with the creation. */
export async function post(server, { size, metadata = {}, body } = {}) {
  const answer = await exchange('POST', `${server.url}/uploads`, {
    headers: {
      ...VERSION,
      ...(size === undefined ? { 'Upload-Defer-Length': '1' } : { 'Upload-Length': size }),
      'Upload-Metadata': metadataOf({ filename: 'bytes.bin', ...metadata }),
      ...(body ? { ...BYTES, 'Content-Length': body.length } : { 'Content-Length': 0 }),
    },
    body,
  })
  if (answer.status === 201) {
    answer.url = new URL(answer.headers.location, `${server.url}/uploads`).href
    answer.id = new URL(answer.url).pathname.split('/').at(-1)
  }

  return answer
}

export function head(url) {
  return exchange('HEAD', url, { headers: VERSION })
}

/** @param length undefined: the body is sent chunked. @param uploadLength declares a deferred length. */
export function patch(url, offset, body, { length, uploadLength } = {}) {
  return exchange('PATCH', url, {
    headers: {
      ...VERSION,
      ...BYTES,
      'Upload-Offset': offset,
      ...(length === undefined ? {} : { 'Content-Length': length }),
      ...(uploadLength === undefined ? {} : { 'Upload-Length': uploadLength }),
    },
    body,
  })
}

export function terminate(url) {
  return exchange('DELETE', url, { headers: VERSION })
}
