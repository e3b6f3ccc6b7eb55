import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { findWorkerd } from '../local/workerd/serve.ts'
import { median } from './load/statistics.ts'

export interface Machine {
  cpu: string
  cores: number
  memoryGib: number
  system: string
  node: string
  workerd: string
  /** What a durable write waits for, where the objects' databases are; the median of a hundred. */
  fdatasyncMs: number
  loadBefore: number
  at: string
}

const WRITES = 100
const PAGE_BYTES = 4_096

/** What the figures were measured on. */
export function describeMachine(storageDir: string): Machine {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    workerd: findWorkerd().version,
    fdatasyncMs: measureSync(storageDir),
    loadBefore: loadavg()[0] ?? 0,
    at: new Date().toISOString(),
  }
}

function measureSync(dir: string): number {
  mkdirSync(dir, { recursive: true })
  const path = join(dir, 'sync.probe')
  const file = openSync(path, 'w')
  try {
    const page = Buffer.alloc(PAGE_BYTES)
    const times = Array.from({ length: WRITES }, (_, index) => {
      writeSync(file, page, 0, PAGE_BYTES, index * PAGE_BYTES)
      const startedAt = performance.now()
      fdatasyncSync(file)
      return performance.now() - startedAt
    })
    return median(times)
  } finally {
    closeSync(file)
    rmSync(path)
  }
}
