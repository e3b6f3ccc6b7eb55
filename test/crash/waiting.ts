import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_EVERY_MS = 250

/** Runs something again and again, one at a time, until the returned function is called. */
export function every(periodMs: number, run: () => unknown): () => void {
  let timer: NodeJS.Timeout
  let isOn = true
  const arm = () => {
    timer = setTimeout(async () => {
      await run()
      if (isOn) arm()
    }, periodMs)
  }
  arm()
  return () => {
    isOn = false
    clearTimeout(timer)
  }
}

/** Looks again and again until `holds`, or until `limitMs` have passed. */
export async function waitUntil(holds: () => boolean | Promise<boolean>, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await holds()) && Date.now() < deadline) await sleep(LOOK_EVERY_MS)
}

/** @returns whether it came to its end within the time */
export async function within(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  const late = sleep(limitMs, false, { signal: timer.signal }).catch(() => false)
  const isDone = await Promise.race([work.then(() => true), late])
  timer.abort()
  return isDone
}
