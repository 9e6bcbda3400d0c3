import { spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../e2e/lib/server.mjs'
import { Relay } from './relay.mjs'

const SCRIPT = fileURLToPath(new URL('../../tools/ceph-rgw.sh', import.meta.url))
const KEY = 'testkey'
const SECRET = 'testsecret'
const REGION = 'us-east-1'
const BUCKET = 'staging'
const PREFIX = 'uploads/'
const PORT_TAKEN = 4
const ATTEMPTS = 5

/** A real object store, Ceph's gateway, that servers reach through `relay`. */
export class ObjectStore {
  #process
  #port

  static async start(folder) {
    for (let attempt = 1; ; attempt++) {
      const store = new ObjectStore()
      const status = await store.#run(join(folder, 'ceph'))
      if (status === 0) {
        store.relay = await Relay.open(store.#port)
        return store
      }

      if (status !== PORT_TAKEN || attempt === ATTEMPTS) {
        throw new Error(`Ceph does not start: ${status}`)
      }
    }
  }

  /** Of a server. A request that gets no answer is given up soon, as everything here waits as short as may be. */
  get settings() {
    return {
      'Content:S3:ServiceUrl': `http://127.0.0.1:${this.relay.port}`,
      'Content:S3:Region': REGION,
      'Content:S3:Bucket': BUCKET,
      'Content:S3:AccessKey': KEY,
      'Content:S3:SecretKey': SECRET,
      'Content:S3:Prefix': PREFIX,
      'Content:S3:PartSize': String(5 << 20),
      'Content:S3:CreateBucket': 'true',
      'Content:S3:RequestTimeout': '00:00:05',
    }
  }

  /** Keys of the objects, and of the multiparts that nobody has completed. */
  async remains() {
    const [objects, multiparts] = await Promise.all([this.#get('list-type=2'), this.#get('uploads=')])
    return [...keysOf(objects), ...keysOf(multiparts).map((key) => `${key} (unfinished)`)]
  }

  async stop() {
    await this.relay.close()
    this.kill()
  }

  /** Without waiting: the script ends with its standard input. */
  kill() {
    this.#process.stdin.end()
  }

  /** 0 when it answers. */
  async #run(folder) {
    // It takes the twenty ports after it too, so below those that the system gives away.
    this.#port = 20 * (1_000 + (await freePort()) % 500)
    this.#process = spawn('bash', [SCRIPT, folder, String(this.#port)], { stdio: ['pipe', 'pipe', 'inherit'] })
    return new Promise((resolve) => {
      this.#process.on('exit', resolve)
      this.#process.stdout.setEncoding('utf8').on('data', (text) => text.startsWith('ready') && resolve(0))
    })
  }

  // Signature version 4, for a GET without a body.
  async #get(query) {
    const host = `127.0.0.1:${this.#port}`
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
    const [day, nothing] = [time.slice(0, 8), sha256('')]
    const signed = 'host;x-amz-content-sha256;x-amz-date'
    const request = `GET\n/${BUCKET}\n${query}\nhost:${host}\nx-amz-content-sha256:${nothing}\nx-amz-date:${time}\n\n${signed}\n${nothing}`
    const scope = `${day}/${REGION}/s3/aws4_request`
    const key = [day, REGION, 's3', 'aws4_request'].reduce((secret, part) => hmac(secret, part), `AWS4${SECRET}`)
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(request)}`).toString('hex')
    const answer = await fetch(`http://${host}/${BUCKET}?${query}`, {
      headers: {
        'x-amz-date': time,
        'x-amz-content-sha256': nothing,
        authorization: `AWS4-HMAC-SHA256 Credential=${KEY}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
      },
    })
    const text = await answer.text()
    if (!answer.ok) {
      throw new Error(`GET ?${query} of the bucket: ${answer.status} ${text}`)
    }

    return text
  }
}

function keysOf(xml) {
  return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key)
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key, text) {
  return createHmac('sha256', key).update(text).digest()
}
