const EVERY_MS = 10

/**
 * Waits until the condition gives something that is neither false nor null nor undefined, and gives that; throws after
 * `timeoutMs` (5 s). A condition that throws counts as not yet; its last error is the cause.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 5_000, what = 'the condition' }: { timeoutMs?: number; what?: string } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    let cause: unknown
    try {
      const value = await condition()
      if (isThere(value)) return value
    } catch (error) {
      cause = error
    }
    if (Date.now() >= deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}`, { cause })
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
}

function isThere<T>(value: T): value is Exclude<T, false | null | undefined> {
  return value !== false && value !== null && value !== undefined
}
