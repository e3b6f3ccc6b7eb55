/** Code that goes on without ever waiting cannot be stopped from within its thread: another one looks on. */
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

const LOOK_EVERY_MS = 1_000
/** A history takes some hundredths of a second, a marathon a second. */
const HISTORY_MAX_MS = 60_000
const STDOUT = 1

/** @returns to be called with the seed of each history that begins; one that takes a minute ends the process */
export function watchHistories(): (seed: number) => void {
  const current = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT))
  new Worker(fileURLToPath(import.meta.url), { workerData: current }).unref()
  return (seed) => {
    current[0] = seed
  }
}

function lookOn(current: Float64Array): void {
  let [seed, sinceMs] = [current[0], performance.now()]
  setInterval(() => {
    const now = performance.now()
    if (current[0] !== seed) [seed, sinceMs] = [current[0], now]
    if (now - sinceMs < HISTORY_MAX_MS) return
    writeSync(STDOUT, `seed ${seed}: It goes on without end\n  npm run test:sim -- --seed ${seed}\n`)
    process.kill(process.pid, 'SIGKILL')
  }, LOOK_EVERY_MS)
}

if (!isMainThread && workerData instanceof Float64Array) lookOn(workerData)
