import { defineConfig } from 'drizzle-kit'
import { DEV_DATA_DIR } from './local/clerk.ts'
import { findRunningStack } from './local/running.ts'

const stack = findRunningStack(DEV_DATA_DIR)
if (!stack && process.argv.includes('studio')) {
  throw new Error('The studio looks at the database of the running stack: start "npm run dev" first.')
}

export default defineConfig({
  dialect: 'mysql',
  schema: './src/db/schema',
  out: './migrations',
  ...(stack
    ? { dbCredentials: { ...stack.mysql, database: new URL(stack.env.DATABASE_URL ?? '').username } }
    : {}),
})
