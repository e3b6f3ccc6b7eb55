/** Starts, once a run and only when a file in workerd is to run, everything that the Worker talks to. */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startCloud } from '../../../local/cloud.ts'
import { DirectoryInUseError, lockDirectory } from '../../../local/lock.ts'
import { clearOrphans, type Log } from '../../../local/processes.ts'
import { startControl } from './control.ts'
import { TestDatabases } from './databases.ts'

const DATA_DIR = '.local/test'
/** A run that finds the directory in use takes the next: `.local/test-2` and so on. */
const DATA_DIRS = /^test(?:-\d+)?$/

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const lines: string[] = []
  await endCrashedRuns((line) => lines.push(line))
  const cloud = await startCloud({
    dataDir: DATA_DIR,
    log: (line) => lines.push(line),
    throwAway: true,
  }).catch((error: unknown) => {
    throw new Error(`The local stack did not start.\n${lines.join('\n')}`, { cause: error })
  })
  try {
    const templateUrl = await cloud.createDatabase('template')
    const databases = new TestDatabases(cloud.mysql, new URL(templateUrl).username)
    await databases.prepare(templateUrl)
    const control = await startControl(cloud, databases)
    project.provide('control', { url: control.url, secret: control.secret })
    project.provide('clerkPrivateKey', cloud.secrets.clerkPrivateKey)
    project.provide('clerkWebhookSecret', cloud.secrets.clerkWebhookSecret)
    project.provide('paymentWebhookSecret', cloud.secrets.paymentWebhookSecret)
    project.provide('bindings', {
      ...cloud.env,
      LOG_LEVEL: 'error',
      ADMIN_CLERK_IDS: 'admin_1',
      RATE_LIMITS: 'off',
      // Empty is unset: nothing of a developer's own .dev.vars reaches a test.
      CLEARVIN_API_KEY: '',
      CLEARVIN_EMAIL: '',
      CLEARVIN_PASSWORD: '',
      VPIC: '',
      METRICS_TOKEN: '',
      S3_PUBLIC_BASE_URL: '',
    })
    return async () => {
      await control.close()
      await cloud.stop()
    }
  } catch (error) {
    await cloud.stop()
    throw error
  }
}

/** Ends the servers of runs that were killed. The next user of their directory would, but that may never come. */
async function endCrashedRuns(log: Log): Promise<void> {
  const parent = dirname(DATA_DIR)
  if (!existsSync(parent)) return
  for (const name of readdirSync(parent).filter((entry) => DATA_DIRS.test(entry))) {
    const dir = resolve(parent, name)
    try {
      const unlock = lockDirectory(dir)
      await clearOrphans(dir, log).finally(unlock)
    } catch (error) {
      if (!(error instanceof DirectoryInUseError)) throw error
    }
  }
}
