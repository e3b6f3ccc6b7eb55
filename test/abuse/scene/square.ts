import { z } from 'zod'
import type { Stage } from '../cases/case.ts'
import type { RawSocket } from '../clients/socket.ts'

const minimumSchema = z.object({ minimum_bid: z.number() })
const watchersSchema = z.object({
  type: z.enum(['watchers', 'welcome']),
  count: z.number().optional(),
  watchers: z.number().optional(),
})

/** What the next bid in the square must at least be, in cents. */
export async function nextBidCents({ http, scene, people }: Stage): Promise<number> {
  const path = `/api/auctions/${scene.square.auctionId}`
  const { minimum_bid } = await http.call(minimumSchema, {
    method: 'GET',
    path,
    address: people.addresses.take(),
  })
  return Math.round(minimum_bid * 100)
}

/** How many sockets a room has, as it last told this one; undefined before it did. */
export function countWatchers(socket: RawSocket): number | undefined {
  const last = socket.texts.findLast((text) => text.startsWith('{"type":"w'))
  if (last === undefined) return undefined
  const { count, watchers } = watchersSchema.parse(JSON.parse(last))
  return count ?? watchers
}
