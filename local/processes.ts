import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'

/** How long a process may take to end after SIGTERM before it gets SIGKILL. */
export const STOP_GRACE_MS = 3000

export type Log = (line: string) => void

export interface StartedProcess {
  pid: number
  child: ChildProcess
  /** Resolves once the process has ended, with a sentence that says how. */
  ended: Promise<string>
  /** Ends the whole group (SIGTERM, after 3 s SIGKILL) and removes the pid file. */
  stop(): Promise<void>
}

const pidFileSchema = z.object({
  pid: z.number().int().positive(),
  born: z.string(),
  mark: z.string(),
})
type PidFile = z.infer<typeof pidFileSchema>

/** Every process of ours carries its pid file's path in this variable, by which its children are known. */
const MARK = 'VEHICLE_AUCTIONS_PID_FILE'

/** Starts a program in a process group of its own and writes `<dataDir>/pids/<name>.pid`. */
export function startProcess(options: {
  name: string
  command: string
  args: string[]
  dataDir: string
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Called for each line of its output; without it the output goes to `<dataDir>/logs/<name>.log`. */
  onLine?: Log
}): StartedProcess {
  const pidDir = resolve(options.dataDir, 'pids')
  const logDir = join(options.dataDir, 'logs')
  mkdirSync(pidDir, { recursive: true })
  mkdirSync(logDir, { recursive: true })
  const pidFile = join(pidDir, `${options.name}.pid`)
  const output = options.onLine ? ('pipe' as const) : openSync(logFileOf(options.dataDir, options.name), 'a')
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { ...(options.env ?? process.env), [MARK]: pidFile },
    detached: true,
    stdio: ['ignore', output, output],
  })
  if (typeof output === 'number') closeSync(output)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) =>
      resolve(signal ? `was ended by ${signal}` : `ended with status ${code}`),
    )
  })
  if (options.onLine) {
    forwardLines(child.stdout, options.onLine)
    forwardLines(child.stderr, options.onLine)
  }
  const pid = child.pid ?? 0
  if (pid > 0) {
    const record: PidFile = { pid, born: bornAt(pid) ?? '', mark: pidFile }
    writeFileSync(pidFile, JSON.stringify(record))
  }
  return {
    pid,
    child,
    ended,
    async stop() {
      if (pid > 0) await endGroup(pid)
      rmSync(pidFile, { force: true })
    },
  }
}

export function logFileOf(dataDir: string, name: string): string {
  return join(dataDir, 'logs', `${name}.log`)
}

/** The last lines of a process's log, for the message that says why it did not start. */
export function readLogTail(dataDir: string, name: string, lines = 12): string {
  try {
    return readFileSync(logFileOf(dataDir, name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
  } catch {
    return ''
  }
}

/** Ends what an earlier run left behind in this directory; a pid that now belongs to another program is spared. */
export async function clearOrphans(dataDir: string, log: Log): Promise<void> {
  const pidDir = join(dataDir, 'pids')
  let names: string[]
  try {
    names = readdirSync(pidDir).filter((name) => name.endsWith('.pid'))
  } catch {
    return
  }
  // The Worker goes before the databases that it talks to.
  names.sort((a, b) => Number(b === 'worker.pid') - Number(a === 'worker.pid'))
  for (const name of names) {
    const path = join(pidDir, name)
    const record = readPidFile(path)
    if (record && isOurGroup(record)) {
      log(`ending ${name.slice(0, -4)} (process ${record.pid}), which an earlier run left behind`)
      await endGroup(record.pid)
    }
    rmSync(path, { force: true })
  }
}

/** When the process with this id began, as the system tells it; undefined where there is none. */
export function bornAt(pid: number): string | undefined {
  const stat = readStat(pid)
  if (stat) return stat.state === 'Z' ? undefined : stat.born
  if (process.platform === 'linux') return undefined
  try {
    const born = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return born === '' ? undefined : born
  } catch {
    return undefined
  }
}

function readPidFile(path: string): PidFile | undefined {
  try {
    return pidFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

function isOurGroup(record: PidFile): boolean {
  const born = bornAt(record.pid)
  if (born !== undefined) return born === record.born
  // The leader is gone. What is left of its group is ours where it inherited our mark.
  return groupMembers(record.pid).some((pid) => hasMark(pid, record.mark))
}

function hasMark(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${MARK}=${mark}`)
  } catch {
    return false
  }
}

function groupMembers(group: number): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const stat = readStat(pid)
      return stat?.group === group && stat.state !== 'Z'
    })
}

function readStat(pid: number): { state: string; group: number; born: string } | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // The name in brackets may hold spaces; fields are counted after it (proc(5): 3 state, 5 pgrp, 22 starttime).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', group: Number(fields[2]), born: fields[19] ?? '' }
}

async function endGroup(group: number): Promise<void> {
  signalGroup(group, 'SIGTERM')
  if (await groupIsGone(group, STOP_GRACE_MS)) return
  signalGroup(group, 'SIGKILL')
  await groupIsGone(group, STOP_GRACE_MS)
}

async function groupIsGone(group: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline) {
    if (!isGroupAlive(group)) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return !isGroupAlive(group)
}

function isGroupAlive(group: number): boolean {
  // A zombie that nobody reaps (its parent was killed, process 1 is no init) still answers to signal 0.
  if (process.platform === 'linux') return groupMembers(group).length > 0
  return signalGroup(group, 0)
}

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal)
  } catch {
    return false
  }
}

function forwardLines(stream: NodeJS.ReadableStream | null, onLine: Log): void {
  let rest = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  stream?.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
