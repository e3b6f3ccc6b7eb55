/** `performance.now()` counts from the start of this process; `hrtime` from one instant for the whole machine. */
const [seconds, nanoseconds] = process.hrtime()
const offsetMs = seconds * 1e3 + nanoseconds / 1e6 - performance.now()

/** Milliseconds of the system's monotonic clock. */
export const monotonicMs = (): number => performance.now() + offsetMs
