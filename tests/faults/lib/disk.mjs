import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MiB = 1 << 20
const SIZE = 768

/** The disk of the content and the objects: a small one of its own where this user may mount one, and then it can be filled. */
export class Disk {
  canFill
  failing

  constructor(folder) {
    this.path = join(folder, 'disk')
    mkdirSync(this.path)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}m,mode=755`, 'tmpfs', this.path], { encoding: 'utf8' })
    this.canFill = mounted.status === 0
    chmodSync(this.path, 0o755)
    this.content = join(this.path, 'content')
    this.objects = join(this.path, 'objects')
    mkdirSync(this.content)
    mkdirSync(this.objects)
    this.failing = compile(folder)
  }

  /** Leaves less than a MiB. */
  fill() {
    const { bavail, bsize } = statfsSync(this.path)
    const length = Math.max(0, bavail * bsize - MiB / 2)
    const file = openSync(this.#filler, 'w')
    closeSync(file)
    spawnSync('fallocate', ['-l', String(length), this.#filler])
  }

  free() {
    rmSync(this.#filler, { force: true })
  }

  /** What a server needs so that its disk can fail. */
  environment(flag) {
    return this.failing ? { LD_PRELOAD: this.failing, EIO_FOLDER: this.path, EIO_FLAG: flag } : {}
  }

  breakFor(flag) {
    writeFileSync(flag, '')
  }

  mend(flag) {
    rmSync(flag, { force: true })
  }

  /** Paths of files below a folder of it, relative to that. */
  files(folder) {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.path, entry.name).slice(folder.length + 1))
  }

  remove(path) {
    rmSync(path, { force: true })
  }

  close() {
    if (this.canFill) {
      spawnSync('umount', ['-l', this.path])
    }
  }

  get #filler() {
    return join(this.path, 'filler')
  }
}

/** The shim; undefined where there is no compiler. */
function compile(folder) {
  const made = join(folder, 'eio.so')
  const source = fileURLToPath(new URL('../eio.c', import.meta.url))
  const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', made, source, '-ldl'], { encoding: 'utf8' })
  if (compiled.status !== 0 && compiled.error === undefined) {
    throw new Error(`eio.c does not compile:\n${compiled.stderr}`)
  }

  return existsSync(made) ? made : undefined
}
