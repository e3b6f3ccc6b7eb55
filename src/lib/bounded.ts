/** The work took longer than it may. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/**
 * `work`, or a rejection after `maxMs` milliseconds. What was begun goes on all the same: nothing can call it back.
 * @throws TimeoutError, and whatever `work` throws
 */
export function bounded<T>(work: Promise<T>, maxMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimeoutError(`No answer within ${maxMs} ms`)), maxMs)
    work.finally(() => clearTimeout(timer)).then(resolve, reject)
  })
}

/** Whether `error`, or what caused it, was a wait that took too long; an aborted `fetch` says so in the same name. */
export function isTimeout(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'TimeoutError') return true
  }
  return false
}
