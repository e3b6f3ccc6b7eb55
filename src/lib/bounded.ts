/** `work`, or a rejection after `maxMs` milliseconds. What was begun goes on all the same: nothing can call it back. */
export function bounded<T>(work: Promise<T>, maxMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer within ${maxMs} ms`)), maxMs)
    work.finally(() => clearTimeout(timer)).then(resolve, reject)
  })
}
