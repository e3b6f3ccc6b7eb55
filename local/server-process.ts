import { findFreePort } from './ports.ts'
import { readLogTail, type StartedProcess, startProcess } from './processes.ts'

const ATTEMPTS = 3
const ASK_EVERY_MS = 30

export interface ServerProcess extends Pick<StartedProcess, 'pid' | 'ended' | 'stop'> {
  host: '127.0.0.1'
  port: number
}

/**
 * Starts a server's program and waits until it answers on its port of 127.0.0.1.
 * @throws Error with the end of its log
 */
export async function startServerProcess(options: {
  name: string
  program: string
  args: (port: number) => string[]
  dataDir: string
  /** Any free one unless said. */
  port: number | undefined
  timeoutMs: number
  /** Asks the server something; rejects as long as there is no answer. */
  ask: (port: number) => Promise<void>
}): Promise<ServerProcess> {
  const { name, program, args, dataDir, timeoutMs, ask } = options
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await findFreePort())
    const server = startProcess({ name, command: program, args: args(port), dataDir })
    try {
      await waitForAnswer(server, () => ask(port), timeoutMs)
      return { host: '127.0.0.1', port, pid: server.pid, ended: server.ended, stop: server.stop }
    } catch (error) {
      await server.stop()
      const tail = readLogTail(dataDir, name)
      // Another program may have taken the port between our asking and the server's binding.
      if (attempt < ATTEMPTS && /already in use/i.test(tail)) continue
      throw new Error(`${program} did not start: ${error instanceof Error ? error.message : error}\n${tail}`)
    }
  }
}

async function waitForAnswer(
  server: StartedProcess,
  ask: () => Promise<void>,
  timeoutMs: number,
): Promise<void> {
  let end: string | undefined
  server.ended.then((how) => {
    end = how
  })
  const deadline = Date.now() + timeoutMs
  let last = ''
  while (Date.now() < deadline) {
    if (end !== undefined) throw new Error(`it ${end}`)
    try {
      return await ask()
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
    }
  }
  throw new Error(`no answer within ${timeoutMs / 1000} s (${last})`)
}
