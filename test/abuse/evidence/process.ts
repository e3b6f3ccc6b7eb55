import { readFileSync } from 'node:fs'

const KIB = 1024

/** What a process holds in memory, in MiB; 0 where the system has no /proc. */
export function readMemoryMib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status'))?.[1] ?? 0) / KIB
}

/** How many files and sockets a process may have open. */
export function readFilesMax(pid: number): number {
  const text = /^Max open files\s+(\S+)/m.exec(readProc(pid, 'limits'))?.[1] ?? ''
  return text === 'unlimited' || text === '' ? Number.POSITIVE_INFINITY : Number(text)
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** The most that a process held while this was watching. */
export class MemoryWatch {
  readonly #timer: NodeJS.Timeout
  peakMib = 0

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      this.peakMib = Math.max(this.peakMib, readMemoryMib(pid))
    }, 250)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
