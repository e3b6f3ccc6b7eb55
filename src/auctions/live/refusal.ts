import type { EpochMs } from '../engine/auction.ts'
import type { Refusal, RefusalCode } from './contract.ts'

type Particulars = Partial<Pick<Refusal, 'minimumBid' | 'problems' | 'retryAfterSeconds'>>

/** A refusal as a room answers it: a value, never thrown. */
export function refuse(code: RefusalCode, serverTime: EpochMs, particulars: Particulars = {}): Refusal {
  return {
    ok: false,
    code,
    minimumBid: null,
    problems: [],
    retryAfterSeconds: null,
    serverTime,
    ...particulars,
  }
}
