import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Builds a server whose commits have no fence into a folder of its own, so that nobody can take it for the real one. Gives its dll. */
export async function buildWithoutFence(folder) {
  const { stdout } = await promisify(execFile)(
    'dotnet',
    ['build', 'src/TusUpload.Server', '-c', 'Release', '-v', 'q', '-nologo', '-p:BrokenFence=true', '-p:RunAnalyzers=false', '--artifacts-path', folder],
    { cwd: ROOT, maxBuffer: 16 << 20 })
  const built = join(folder, 'bin', 'TusUpload.Server', 'release', 'TusUpload.Server.dll')
  if (!existsSync(built)) {
    throw new Error(`There is no ${built}.\n${stdout}`)
  }

  return built
}
