/** `npm run vin:build`: writes assets/vin, what a VIN tells, from NHTSA's vPIC data; prints what that covers. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeShardNames } from '../../src/vehicles/vin/wmi.ts'
import { coverageOf, describeCoverage } from './coverage.ts'
import { modelNamer, readEngines, readSchemas, WANTED_ELEMENTS } from './encode-schemas.ts'
import { encodeShards, type ShardFile, type VpicRows } from './encode-shards.ts'
import { fetchDatabase, PACKAGE } from './fetch-package.ts'
import { VpicDatabase } from './read-database.ts'
import { checkSize, replaceFolder } from './write-shards.ts'

const TARGET = fileURLToPath(new URL('../../assets/vin', import.meta.url))
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

function build(folder: string): void {
  const { rows, date } = readRows(fetchDatabase(folder))
  const files = encodeShards(rows)
  const manifest = describeManifest(files, rows, date)
  const bytes = checkSize(
    files.map(({ text }) => text),
    GZIP_MAX_BYTES,
  )
  const names = writeShardNames(files.map(({ prefixes }) => prefixes))
  replaceFolder(
    TARGET,
    new Map([
      ...files.map(({ prefixes, text }) => [`${prefixes[0]}.json`, text] as const),
      ['manifest.json', `${JSON.stringify(manifest, null, 2)}\n`],
    ]),
  )
  writeFileSync(
    NAMES,
    `// Made by \`npm run vin:build\` from ${manifest.package}; do not edit.\nexport const SHARDS = '${names}'\n`,
  )
  console.log(
    `${files.length} files, ${(manifest.characters / 1e6).toFixed(1)} MB, gzipped ${(bytes / 1e6).toFixed(2)} MB; ` +
      `${manifest.package}, patterns to ${date}`,
  )
  for (const line of describeCoverage(manifest.coverage)) console.log(line)
}

const folder = mkdtempSync(join(tmpdir(), 'vin-'))
try {
  build(folder)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
