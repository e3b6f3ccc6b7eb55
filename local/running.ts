import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { findOwner } from './lock.ts'

const stackSchema = z.object({
  env: z.record(z.string(), z.string()),
  mysql: z.object({ host: z.string(), port: z.number(), user: z.string(), password: z.string() }),
})
export type RunningStack = z.infer<typeof stackSchema>

const pathOf = (dataDir: string) => join(dataDir, 'stack.json')

/** Notes where the parts of a stack are, for the other commands. */
export function announceStack(dataDir: string, stack: RunningStack): void {
  const { env } = stack
  const { host, port, user, password } = stack.mysql
  writeFileSync(pathOf(dataDir), JSON.stringify({ env, mysql: { host, port, user, password } }, null, 2), {
    mode: 0o600,
  })
}

/** Takes the note away: the stack is about to stop. */
export function withdrawStack(dataDir: string): void {
  rmSync(pathOf(dataDir), { force: true })
}

/** Where the parts of the stack in this directory are; undefined where none runs. */
export function findRunningStack(dataDir: string): RunningStack | undefined {
  if (findOwner(dataDir) === undefined) return undefined
  try {
    return stackSchema.parse(JSON.parse(readFileSync(pathOf(dataDir), 'utf8')))
  } catch {
    return undefined
  }
}
