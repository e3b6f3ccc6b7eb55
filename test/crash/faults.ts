import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './random.ts'
import type { CrashStack } from './stack.ts'

export const FAULT_KINDS = ['kill workerd', 'kill database', 'hang database', 'kill redis', 'burst'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  /** From the beginning of the chaos. */
  readonly atMs: number
  readonly kind: FaultKind
  /** How long the part is away, beside its own starting. */
  readonly lastsMs: number
}

export const FAULTS_MIN = 25
const EVERY_MS = 4_500
/** Of thirteen faults, so many are of each kind. */
const SHARES: Record<FaultKind, number> = {
  'kill workerd': 4,
  'kill database': 2,
  'hang database': 2,
  'kill redis': 2,
  burst: 3,
}
const SHARES_TOTAL = Object.values(SHARES).reduce((sum, share) => sum + share)
const HANG_MIN_MS = 5_000
const HANG_MAX_MS = 20_000
const DOWN_MAX_MS = 1_500

/** At least 25 faults of every kind at random moments of `chaosMs`, the same ones for the same randomness. */
export function planFaults(random: Random, chaosMs: number): Fault[] {
  const count = Math.max(FAULTS_MIN + 1, Math.round(chaosMs / EVERY_MS))
  const deck = FAULT_KINDS.flatMap((kind) =>
    Array.from({ length: Math.ceil((count * SHARES[kind]) / SHARES_TOTAL) }, () => kind),
  )
  // A short run could not hold four hangs of 20 s.
  const hangMaxMs = Math.min(HANG_MAX_MS, Math.max(HANG_MIN_MS, chaosMs / 9))
  return random.shuffle(deck).map((kind, index) => ({
    atMs: Math.round(((index + random.next()) * chaosMs) / deck.length),
    kind,
    lastsMs: kind === 'hang database' ? random.int(HANG_MIN_MS, hangMaxMs) : random.int(0, DOWN_MAX_MS),
  }))
}

export interface FaultParts {
  stack: CrashStack
  random: Random
  /** Lets everybody bid at once: what is under way when the Worker dies is what is interesting. */
  volley: () => void
  /** The Worker or the database is about to go. */
  beforeOutage: () => Promise<void>
  burst: (readMs: number) => Promise<void>
  onFault: (fault: Fault) => void
}

/** The same words for the same seed. */
export const describeFault = ({ kind, atMs, lastsMs }: Fault): string =>
  `${kind}, planned for ${(atMs / 1_000).toFixed(1)} s, lasting ${lastsMs} ms`

const LEAD_MAX_MS = 30

/**
 * Breaks what the plan says when it says so; a part that is still broken is waited for. Resolves when all is whole.
 * @throws Error where a part did not come back
 */
export async function breakThings(plan: readonly Fault[], parts: FaultParts): Promise<void> {
  const begun = Date.now()
  const queues = new Map<string, Promise<void>>()
  const failures: unknown[] = []
  for (const fault of plan) {
    await sleep(Math.max(0, begun + fault.atMs - Date.now()))
    if (failures.length > 0) break
    const part = fault.kind.split(' ').at(-1) ?? ''
    const before = queues.get(part) ?? Promise.resolve()
    queues.set(
      part,
      before.then(() => harm(fault, parts)).catch((error: unknown) => void failures.push(error)),
    )
  }
  await Promise.all(queues.values())
  if (failures.length > 0) throw failures[0]
}

async function harm(
  fault: Fault,
  { stack, random, volley, beforeOutage, burst, onFault }: FaultParts,
): Promise<void> {
  onFault(fault)
  if (fault.kind.endsWith('workerd') || fault.kind.endsWith('database')) await beforeOutage()
  switch (fault.kind) {
    case 'kill workerd':
      volley()
      await sleep(random.int(0, LEAD_MAX_MS))
      return stack.killWorker(fault.lastsMs)
    case 'kill database':
      return stack.killDatabase(fault.lastsMs)
    case 'hang database':
      return stack.hangDatabase(fault.lastsMs)
    case 'kill redis':
      return stack.killRedis(fault.lastsMs)
    case 'burst':
      return burst(fault.lastsMs)
  }
}
