import { isUnreachable } from '../../db/client.ts'
import { describeError } from '../../lib/error-text.ts'
import { MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import type { Logger } from '../../platform/logger.ts'
import type { EpochMs } from '../engine/auction.ts'
import type { LedgerReader, Project } from './contract.ts'
import { type Batch, readBatch } from './projection.ts'
import type { ProjectionStore } from './projection-store.ts'

export const BATCH_MAX_ENTRIES = 1_000
/** From here on a batch counts as load, and the next one waits until enough has come together. */
const BUSY_BATCH_ENTRIES = 20
const PACE_BUSY_MS = SECOND_MS
const PACE_QUIET_MS = SECOND_MS / 10
const RETRY_FIRST_MS = SECOND_MS
const RETRY_MAX_MS = 15 * SECOND_MS
/** After MySQL refused a single entry for good. */
export const STUCK_RETRY_MS = MINUTE_MS

export interface ProjectorParts {
  store: ProjectionStore
  clock: () => EpochMs
  log: Logger
  /** Told after each run how many entries MySQL lacks, and whether one of them is refused for good. */
  onProgress?: (auctionId: number, lagEntries: number, isStuck: boolean) => void
}

/**
 * A room's projector: ledger → MySQL in order, resumable at any point, for the cursor moves only after everything of
 * a batch is written, and every statement may be sent twice. The cursor passes an auction's last entry only with its
 * settlement. An unreachable database is asked again within 15 s; a batch that fails otherwise is halved down to the
 * one entry that MySQL refuses, which is tried again each minute and never skipped.
 */
export function createProjector(parts: ProjectorParts): Project {
  const { store, clock, log, onProgress } = parts
  let limit = BATCH_MAX_ENTRIES
  let notBefore: EpochMs = 0
  let failures = 0

  const report = (ledger: LedgerReader, isStuck: boolean) =>
    onProgress?.(ledger.auctionId, ledger.lastNumber() - ledger.cursor(), isStuck)

  /** @returns how long to wait */
  const giveWay = (ledger: LedgerReader, error: unknown): number => {
    const isStuck = !isUnreachable(error)
    failures += 1
    const fields = { auction_id: ledger.auctionId, after: ledger.cursor(), failures, ...describeError(error) }
    if (isStuck) log.error('projection_stuck', fields)
    else log.warn('projection_failed', fields)
    report(ledger, isStuck)
    return isStuck ? STUCK_RETRY_MS : Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (failures - 1))
  }

  return async (ledger) => {
    for (;;) {
      const behind = ledger.lastNumber() - ledger.cursor()
      if (behind === 0) {
        report(ledger, false)
        return { retryInMs: null }
      }
      const startedAt = clock()
      if (startedAt < notBefore) return { retryInMs: notBefore - startedAt }
      const size = Math.min(limit, behind)
      try {
        const batch = readBatch(ledger, size)
        await writeBatch(store, batch)
        ledger.saveCursor(batch.change.projected)
      } catch (error) {
        if (!isUnreachable(error) && size > 1) {
          limit = Math.ceil(size / 2)
          continue
        }
        const retryInMs = giveWay(ledger, error)
        notBefore = clock() + retryInMs
        return { retryInMs }
      }
      failures = 0
      const wasWhole = size === BATCH_MAX_ENTRIES
      const left = ledger.lastNumber() - ledger.cursor()
      // What a whole batch leaves over waits like any other: the rest of a busy second would cost as many calls.
      if (size < limit || (wasWhole && left < BATCH_MAX_ENTRIES)) {
        notBefore = startedAt + (size < BUSY_BATCH_ENTRIES ? PACE_QUIET_MS : PACE_BUSY_MS)
      }
      if (size === limit) limit = Math.min(BATCH_MAX_ENTRIES, limit * 2)
    }
  }
}

async function writeBatch(store: ProjectionStore, batch: Batch): Promise<void> {
  await store.saveBids(batch)
  await store.voidBids(batch)
  await store.saveReserveChanges(batch)
  await store.saveBidders(batch)
  await store.saveNotices(batch.notices)
  if (batch.settlement === null) await store.saveAuction(batch.change)
  else await store.settle(batch.settlement)
}
