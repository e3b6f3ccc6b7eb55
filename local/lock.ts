import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { bornAt } from './processes.ts'

const ownerSchema = z.object({ pid: z.number().int().positive(), born: z.string() })
type Owner = z.infer<typeof ownerSchema>

/** Raised where another running process already uses the directory. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError'
  readonly pid: number
  constructor(dataDir: string, pid: number) {
    super(`${dataDir} is in use by process ${pid}: only one local stack can run on the same data.`)
    this.pid = pid
  }
}

/**
 * Makes this process the only user of a data directory until the returned function is called.
 * A lock whose owner has died is taken over.
 * @throws DirectoryInUseError
 */
export function lockDirectory(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true })
  const path = join(dataDir, 'owner.json')
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, JSON.stringify({ pid: process.pid, born: bornAt(process.pid) ?? '' }))
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        linkSync(draft, path)
        return () => rmSync(path, { force: true })
      } catch (error) {
        const owner = readOwner(path)
        if (owner && isAlive(owner)) throw new DirectoryInUseError(dataDir, owner.pid)
        if (attempt === 3) throw error
        removeStale(path)
      }
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Two processes may find the same dead lock: what was moved away is looked at, and put back where it is alive. */
function removeStale(path: string): void {
  const aside = `${path}.${process.pid}.stale`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  const moved = readOwner(aside)
  if (moved && isAlive(moved)) linkSync(aside, path)
  rmSync(aside, { force: true })
}

function isAlive(owner: Owner): boolean {
  return bornAt(owner.pid) === owner.born
}

function readOwner(path: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** The living process that holds the directory; undefined where there is none. */
export function findOwner(dataDir: string): number | undefined {
  const owner = readOwner(join(dataDir, 'owner.json'))
  return owner && isAlive(owner) ? owner.pid : undefined
}
