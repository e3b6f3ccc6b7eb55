import { fork } from 'node:child_process'
import type { z } from 'zod'

/** Runs a program with `order` in a process of its own, and gives the one message that it sends. */
export function runOnce<Schema extends z.ZodType>(
  program: string,
  order: unknown,
  schema: Schema,
  timeoutMs: number,
): Promise<z.output<Schema>> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [JSON.stringify(order)], { serialization: 'advanced', timeout: timeoutMs })
    let message: unknown
    child.on('message', (sent) => {
      message = sent
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(schema.parseAsync(message))
      else reject(new Error(`${program} ended with ${signal ?? code}`))
    })
  })
}

/** The order that this process was started with. */
export const orderOf = <Schema extends z.ZodType>(schema: Schema): z.output<Schema> =>
  schema.parse(JSON.parse(process.argv[2] ?? 'null'))

/** Tells the bench, and ends. */
export function answerOnce(message: unknown): void {
  process.send?.(message, undefined, undefined, () => process.exit(0))
}
