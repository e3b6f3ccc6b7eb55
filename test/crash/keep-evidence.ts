import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from './checks/check-auction.ts'
import type { ListingFinding } from './checks/check-talks.ts'
import type { CrashStack } from './stack.ts'

interface Kept {
  readonly findings: readonly Finding[]
  readonly listings: readonly ListingFinding[]
}

/**
 * What is needed to look at a difference, out of the next run's way: of each auction that has one everything that is
 * known (ledger, verdicts, rows, offers with their answers, frames), and workerd's log. @returns the directory
 */
export function keepEvidence(stack: CrashStack, seed: string, { findings, listings }: Kept): string {
  const directory = join(stack.dataDir, 'differences', seed.replace(/[^\w-]/g, '_'))
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  for (const { auctionId, evidence, problems } of findings) {
    if (Object.values(problems).every((found) => found.length === 0)) continue
    const path = join(directory, `auction-${auctionId}.json`)
    writeFileSync(path, JSON.stringify({ problems, ...evidence }, null, 1))
  }
  for (const { evidence, problems } of listings) {
    if (problems.length === 0) continue
    const path = join(directory, `vehicle-${evidence.listing.vehicleId}.json`)
    writeFileSync(path, JSON.stringify({ problems, ...evidence }, null, 1))
  }
  if (existsSync(stack.logFile)) copyFileSync(stack.logFile, join(directory, 'workerd.log'))
  return directory
}
