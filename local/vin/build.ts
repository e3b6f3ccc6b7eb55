/** `npm run vin:build`: writes assets/vin, what a VIN tells, from NHTSA's vPIC data; prints what that covers. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writeShardNames } from '../../src/vehicles/vin/wmi.ts'
import { coverageOf, describeCoverage } from './coverage.ts'
import { modelNamer, readEngines, readSchemas, WANTED_ELEMENTS } from './encode-schemas.ts'
import { encodeShards, type ShardFile, type VpicRows } from './encode-shards.ts'
import { fetchDatabase, PACKAGE } from './fetch-package.ts'
import { VpicDatabase } from './read-database.ts'

const TARGET = new URL('../../assets/vin/', import.meta.url)
const NAMES = new URL('../../src/vehicles/vin/shards.generated.ts', import.meta.url)
const GZIP_MAX_BYTES = 4_000_000

function readRows(file: string): { rows: VpicRows; date: string } {
  const db = new VpicDatabase(file)
  try {
    const nameModel = modelNamer(db.readModels(), db.readMakesOfModels())
    const rows = {
      wmis: db.readWmis(),
      uses: db.readUses(),
      schemas: readSchemas(db.readPatterns(WANTED_ELEMENTS), nameModel),
      engines: readEngines(db.readEngines(WANTED_ELEMENTS)),
    }
    return { rows, date: db.readDate() }
  } finally {
    db.close()
  }
}

function describeManifest(files: readonly ShardFile[], { schemas }: VpicRows, date: string) {
  const lines = [...schemas.values()]
  return {
    source: 'NHTSA vPIC (public domain)',
    package: `${PACKAGE.name}@${PACKAGE.version}`,
    integrity: PACKAGE.integrity,
    /** The day of the newest pattern. */
    date,
    files: files.length,
    characters: files.reduce((sum, { text }) => sum + text.length, 0),
    sha256: createHash('sha256')
      .update(files.map(({ text }) => text).join(''))
      .digest('hex'),
    coverage: coverageOf(
      files.map(({ shard }) => shard),
      lines,
    ),
  }
}

const folder = mkdtempSync(join(tmpdir(), 'vin-'))
try {
  const { rows, date } = readRows(fetchDatabase(folder))
  const files = encodeShards(rows)
  const manifest = describeManifest(files, rows, date)
  rmSync(TARGET, { recursive: true, force: true })
  mkdirSync(TARGET, { recursive: true })
  for (const { prefixes, text } of files) writeFileSync(new URL(`${prefixes[0]}.json`, TARGET), text)
  writeFileSync(new URL('manifest.json', TARGET), `${JSON.stringify(manifest, null, 2)}\n`)
  const names = writeShardNames(files.map(({ prefixes }) => prefixes))
  writeFileSync(
    NAMES,
    `// Made by \`npm run vin:build\` from ${manifest.package}; do not edit.\nexport const SHARDS = '${names}'\n`,
  )
  const bytes = files.reduce((sum, { text }) => sum + gzipSync(text, { level: 9 }).length, 0)
  console.log(
    `${files.length} files, ${(manifest.characters / 1e6).toFixed(1)} MB, gzipped ${(bytes / 1e6).toFixed(2)} MB; ` +
      `${manifest.package}, patterns to ${date}`,
  )
  for (const line of describeCoverage(manifest.coverage)) console.log(line)
  if (bytes > GZIP_MAX_BYTES) throw new Error(`The shards are larger than ${GZIP_MAX_BYTES} bytes gzipped`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
