import type { Log } from './processes.ts'

interface Steps {
  /** Runs one step; its line shows the time it took, and what it says about its result. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>
  /** A remark, also while a step runs. */
  note: Log
  /** A line of a program's output. */
  output: Log
  fail(message: string): void
  finish(message: string): void
}

/** Step by step progress on a terminal or in a file. */
export function printSteps(stream: NodeJS.WriteStream): Steps {
  let current: string | undefined
  const showCurrent = () => {
    if (stream.isTTY && current) stream.write(`  … ${current}`)
  }
  const print = (text: string) => {
    if (stream.isTTY && current) stream.write('\r\x1b[K')
    stream.write(`${text}\n`)
    showCurrent()
  }
  return {
    async run(name, work) {
      current = name
      showCurrent()
      const startedAt = performance.now()
      const result = await work()
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      const said = typeof result === 'string' ? ` (${result})` : ''
      const line = `  ✓ ${name}${said}`
      if (stream.isTTY) stream.write('\r\x1b[K')
      current = undefined
      print(`${line.padEnd(60)} ${seconds} s`)
      return result
    },
    note: (text) => print(`    ${text}`),
    output: (text) => print(`  │ ${text}`),
    fail(message) {
      if (stream.isTTY && current) stream.write('\r\x1b[K')
      const failed = current
      current = undefined
      print(`  ✗ ${failed ? `${failed}: ` : ''}${message}`)
    },
    finish: (message) => print(`\n${message}\n`),
  }
}
