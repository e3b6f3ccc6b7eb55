import { Client } from '@planetscale/database'
import { DEV_DATA_DIR } from './clerk.ts'
import { startCloud } from './cloud.ts'
import { MigrationError, migrate, rollback } from './migrations.ts'
import { findRunningStack } from './running.ts'
import { readDevVars } from './variables.ts'

const DIR = 'migrations'

const direction = process.argv[2]
if (direction !== 'up' && direction !== 'down') {
  console.error('Usage: npm run db:migrate, or npm run db:rollback (the last migration)')
  process.exit(1)
}

try {
  const own = process.env.DATABASE_URL ?? readDevVars().DATABASE_URL
  const running = findRunningStack(DEV_DATA_DIR)?.env.DATABASE_URL
  if (own) await run(own)
  else if (running) await run(running)
  else await runWithOwnStack()
} catch (error) {
  console.error(error instanceof MigrationError ? error.message : error)
  process.exitCode = 1
}

async function runWithOwnStack(): Promise<void> {
  const cloud = await startCloud({ dataDir: DEV_DATA_DIR, log: console.log })
  try {
    await run(await cloud.createDatabase('auctions'))
  } finally {
    await cloud.stop()
  }
}

async function run(url: string): Promise<void> {
  const { host, username } = new URL(url)
  console.log(`Database ${username} at ${host}`)
  const client = new Client({ url })
  if (direction === 'up') {
    const applied = await migrate(client, DIR, console.log)
    console.log(applied.length === 0 ? 'Nothing to apply.' : `Applied: ${applied.join(', ')}`)
  } else {
    const name = await rollback(client, DIR, console.log)
    console.log(name === undefined ? 'Nothing to roll back.' : `Rolled back: ${name}`)
  }
}
