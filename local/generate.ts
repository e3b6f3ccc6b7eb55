import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { invertStatements, joinStatements, readMigrations } from './migration-files.ts'

const DIR = 'migrations'

/** `drizzle-kit generate`, and the way back of each new migration where a program can know it. */
const result = spawnSync('drizzle-kit', ['generate', ...process.argv.slice(2)], { stdio: 'inherit' })
if (result.status !== 0) process.exit(result.status ?? 1)

for (const { name, up, down } of existsSync(DIR) ? readMigrations(DIR) : []) {
  if (down !== undefined) continue
  const path = join(DIR, `${name}.down.sql`)
  const inverse = invertStatements(up)
  if (inverse) {
    writeFileSync(path, joinStatements(inverse))
    console.log(`Wrote ${path}: read it before you commit it.`)
  } else {
    console.log(`${path} must be written by hand: ${name} drops or changes something.`)
    process.exitCode = 1
  }
}
