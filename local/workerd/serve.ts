import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { findFreePort } from '../ports.ts'
import { readLogTail, startProcess } from '../processes.ts'
import type { Bundle } from './bundle.ts'
import { describeWorkerd } from './config.ts'

const READY_TIMEOUT_MS = 30_000
const POLL_MS = 20

/** The workerd that wrangler brings, which is the one that everything else here runs on. */
export function findWorkerd(): { path: string; version: string } {
  const wrangler = createRequire(import.meta.url).resolve('wrangler/package.json')
  const found: unknown = createRequire(wrangler)('workerd')
  const { default: path, version } = z.object({ default: z.string(), version: z.string() }).parse(found)
  return { path, version }
}

export interface Workerd {
  url: string
  port: number
  pid: number
  /** A request to it calls the scheduled handler, if that was asked for. */
  cronUrl: string | null
  /** Where it can be profiled, if that was asked for. */
  inspectorPort: number | null
  /** The objects' files, in a directory for each class. */
  storageDir: string
  /** Resolves once the process has ended, with a sentence that says how. */
  ended: Promise<string>
  stop(): Promise<void>
}

export interface WorkerdOptions {
  bundle: Bundle
  dataDir: string
  variables?: Readonly<Record<string, string>>
  /** Any free one unless said. */
  port?: number
  /** Where the objects' databases are; in the data directory unless said. */
  storageRoot?: string
  /** Keeps what an earlier process of the same bundle stored. */
  keepStorage?: boolean
  hasCronDoor?: boolean
  isProfiled?: boolean
}

/** Serves a bundle with `workerd serve` and waits until its `/health` answers. Its output goes to a log. */
export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const { bundle, dataDir } = options
  const name = `workerd-${bundle.name}`
  const storageDir = resolve(options.storageRoot ?? join(dataDir, 'storage'), bundle.name)
  if (options.keepStorage !== true) rmSync(storageDir, { recursive: true, force: true })
  mkdirSync(storageDir, { recursive: true })
  const port = options.port ?? (await findFreePort())
  const cronPort = options.hasCronDoor === true ? await findFreePort() : null
  const inspectorPort = options.isProfiled === true ? await findFreePort() : null
  const configPath = join(dataDir, `${name}.capnp`)
  const variables = options.variables ?? {}
  // The variables hold the stack's keys.
  writeFileSync(configPath, describeWorkerd({ ...bundle, variables, storageDir, port, cronPort }), {
    mode: 0o600,
  })
  const server = startProcess({
    name,
    command: findWorkerd().path,
    args: [
      'serve',
      // Where paths that begin with a slash are looked for.
      ...['--import-path', '/'],
      ...(cronPort === null ? [] : ['--experimental']),
      ...(inspectorPort === null ? [] : ['--inspector-addr', `127.0.0.1:${inspectorPort}`]),
      configPath,
    ],
    dataDir,
  })
  let end: string | undefined
  void server.ended.then((how) => {
    end = how
  })
  const url = `http://127.0.0.1:${port}`
  const deadline = performance.now() + READY_TIMEOUT_MS
  while (!(await isHealthy(url))) {
    if (end !== undefined || performance.now() > deadline) {
      await server.stop()
      throw new Error(`${name} ${end ?? 'does not answer'}\n${readLogTail(dataDir, name)}`)
    }
    await sleep(POLL_MS)
  }
  const { pid, ended, stop } = server
  const cronUrl = cronPort === null ? null : `http://127.0.0.1:${cronPort}`
  return { url, port, pid, cronUrl, inspectorPort, storageDir, ended, stop }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
