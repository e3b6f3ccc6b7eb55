const STRAYS = ['uncaughtException', 'unhandledRejection'] as const

/** Runs `work`; what is thrown meanwhile where nobody waits for it goes to `onStray` and ends nothing. */
export async function heedStrays<T>(onStray: (error: unknown) => void, work: () => Promise<T>): Promise<T> {
  const heed = (error: unknown) => onStray(error)
  for (const event of STRAYS) process.on(event, heed)
  try {
    return await work()
  } finally {
    for (const event of STRAYS) process.off(event, heed)
  }
}
