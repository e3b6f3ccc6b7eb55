/** Starts, once a run and only when a file in workerd is to run, everything that the Worker talks to. */
import type { TestProject } from 'vitest/node'
import { startCloud } from '../../../local/cloud.ts'
import { startControl } from './control.ts'
import { TestDatabases } from './databases.ts'

const DATA_DIR = '.local/test'

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const lines: string[] = []
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
    project.provide('bindings', {
      ...cloud.env,
      LOG_LEVEL: 'error',
      ADMIN_CLERK_IDS: 'admin_1',
      RATE_LIMITS: 'off',
      // Empty is unset: nothing of a developer's own .dev.vars reaches a test.
      CLEARVIN_API_KEY: '',
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
