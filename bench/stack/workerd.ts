import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { findFreePort } from '../../local/ports.ts'
import { readLogTail, startProcess } from '../../local/processes.ts'
import type { Bundle } from './bundle.ts'
import { describeWorkerd } from './workerd-config.ts'

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
  /** Where it can be profiled, if that was asked for. */
  inspectorPort: number | null
  stop(): Promise<void>
}

export interface WorkerdOptions {
  bundle: Bundle
  dataDir: string
  variables?: Readonly<Record<string, string>>
  /** Where the objects' databases are. */
  storageRoot: string
  /** Keeps what an earlier process of the same bundle stored. */
  keepStorage?: boolean
  isProfiled?: boolean
}

/** Serves a bundle with `workerd serve` and waits until its `/health` answers. Its output goes to a log. */
export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const { bundle, dataDir } = options
  const name = `workerd-${bundle.name}`
  const storageDir = resolve(options.storageRoot, bundle.name)
  if (options.keepStorage !== true) rmSync(storageDir, { recursive: true, force: true })
  mkdirSync(storageDir, { recursive: true })
  const port = await findFreePort()
  const inspectorPort = options.isProfiled === true ? await findFreePort() : null
  const configPath = join(dataDir, `${name}.capnp`)
  const config = describeWorkerd({
    ...bundle,
    // An absolute path would be looked for among the imports.
    module: relative(dataDir, bundle.module),
    variables: options.variables ?? {},
    storageDir,
    port,
  })
  // The variables hold the stack's keys.
  writeFileSync(configPath, config, { mode: 0o600 })
  const inspector = inspectorPort === null ? [] : ['--inspector-addr', `127.0.0.1:${inspectorPort}`]
  const server = startProcess({
    name,
    command: findWorkerd().path,
    args: ['serve', ...inspector, configPath],
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
  return { url, port, pid: server.pid, inspectorPort, stop: server.stop }
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
