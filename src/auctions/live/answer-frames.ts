import type { BidAnswer } from './bids.ts'

/** What a bidder's socket is told of their bid. */
export function frameOf(id: string, answer: BidAnswer) {
  const server_time = new Date(answer.serverTime)
  if (!answer.ok) {
    const { code, minimumBid } = answer
    return { type: 'rejected', id, code, minimum_bid: minimumBid, server_time } as const
  }
  const { bidId, seq, leading, yourMax, currentBid, minimumBid } = answer.verdict
  return {
    type: 'accepted',
    id,
    bid_id: bidId,
    seq,
    leading,
    your_max: yourMax,
    current_bid: currentBid,
    minimum_bid: minimumBid,
    server_time,
  } as const
}
