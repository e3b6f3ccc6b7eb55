import { readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100

export interface MemoryUse {
  /** Resident now. */
  mib: number
  /** The most that was ever resident. */
  peakMib: number
}

/** What a process holds in memory; null where the system has no /proc. */
export function readMemory(pid: number): MemoryUse | null {
  const status = readProc(pid, 'status')
  if (status === null) return null
  const kib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
  return { mib: kib('VmRSS') / 1024, peakMib: kib('VmHWM') / 1024 }
}

/** Seconds of processor time that a process has used; null where the system has no /proc. */
export function readCpuSeconds(pid: number): number | null {
  const stat = readProc(pid, 'stat')
  if (stat === null) return null
  // proc(5): the name in brackets may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return null
  }
}
