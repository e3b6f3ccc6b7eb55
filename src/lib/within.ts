/** The work took longer than it may; it may still go on. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/** What `work` gives, or a rejection once `timeoutMs` have passed. @throws TimeoutError, and whatever `work` throws */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new TimeoutError(`no answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    return await Promise.race([work, expired])
  } finally {
    clearTimeout(timer)
  }
}
