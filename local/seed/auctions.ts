import { z } from 'zod'
import type { BidderKey, SellerKey } from './listings.ts'
import { type Person, RefusedError } from './person.ts'
import { seedVehicles } from './vehicles.ts'

const HOUR_MS = 3_600_000
const RUNNING_AUCTIONS = 2

interface Plan {
  vinStart: string
  saleType: 'reserve' | 'absolute'
  startsInHours?: number
  hours: number
  bids: readonly (readonly [bidder: BidderKey, bid: { max_bid: number } | { amount: number }])[]
}

/** In this order, whenever fewer than two run; the prices are those of the listing. */
const RUNNING: readonly Plan[] = [
  {
    vinStart: '1FTEW1EP',
    saleType: 'reserve',
    hours: 6,
    bids: [
      ['harbor', { max_bid: 14_000 }],
      ['tworivers', { max_bid: 17_500 }],
      ['northgate', { amount: 17_800 }],
      ['tworivers', { max_bid: 19_000 }],
    ],
  },
  {
    vinStart: '3FA6P0H7',
    saleType: 'absolute',
    hours: 30,
    bids: [
      ['mesa', { amount: 500 }],
      ['northgate', { max_bid: 2_400 }],
      ['harbor', { max_bid: 3_100 }],
    ],
  },
  { vinStart: '3TMCZ5AN', saleType: 'reserve', hours: 8, bids: [['harbor', { max_bid: 24_000 }]] },
  { vinStart: '1G1BE5SM', saleType: 'absolute', hours: 30, bids: [['mesa', { amount: 900 }]] },
  { vinStart: '1GNSKBKC', saleType: 'reserve', hours: 8, bids: [['northgate', { max_bid: 30_000 }]] },
  { vinStart: 'JM3KE4CY', saleType: 'absolute', hours: 30, bids: [['tworivers', { max_bid: 2_200 }]] },
  { vinStart: '5UXKR0C5', saleType: 'reserve', hours: 8, bids: [['mesa', { max_bid: 17_250 }]] },
  { vinStart: '1FTEW1EG', saleType: 'absolute', hours: 30, bids: [['harbor', { amount: 6_500 }]] },
]
const SCHEDULED: Plan = { vinStart: '5YJ3E1EA', saleType: 'reserve', startsInHours: 20, hours: 6, bids: [] }

const createdSchema = z.object({ auction_id: z.number() })
const listSchema = z.object({
  auctions: z.array(z.object({ id: z.number(), status: z.string() })),
})

export interface Market {
  visitor: Person
  sellers: Map<SellerKey, Person>
  vehicleIds: Map<string, number>
  bidder(key: BidderKey): Promise<Person>
  now(): number
}

export async function countRunning(visitor: Person): Promise<number> {
  return (await visitor.call('GET', '/api/auctions?status=active&per_page=100', listSchema)).auctions.length
}

/** Opens auctions until two run, and puts the first bids on those of the seeded ones that run. */
export async function openAuctions(market: Market): Promise<void> {
  for (const plan of RUNNING) {
    const auction = await findAuction(market, plan)
    if (auction?.status === 'active') await placeBids(market, plan, auction.id)
    if (auction || (await countRunning(market.visitor)) >= RUNNING_AUCTIONS) continue
    const id = await openAuction(market, plan)
    if (id !== undefined) await placeBids(market, plan, id)
  }
}

export async function scheduleAuction(market: Market): Promise<void> {
  if (!(await findAuction(market, SCHEDULED))) await openAuction(market, SCHEDULED)
}

async function findAuction(market: Market, plan: Plan): Promise<{ id: number; status: string } | undefined> {
  const path = `/api/auctions?vehicle_id=${vehicleOf(market, plan).id}`
  return (await market.visitor.call('GET', path, listSchema)).auctions[0]
}

/** Undefined where the vehicle is no longer for sale. */
async function openAuction(market: Market, plan: Plan): Promise<number | undefined> {
  const { id, seller } = vehicleOf(market, plan)
  const startsAt = market.now() + (plan.startsInHours ?? 0) * HOUR_MS
  try {
    const created = await seller.call('POST', '/api/auctions', createdSchema, {
      body: {
        vehicle_id: id,
        sale_type: plan.saleType,
        ...(plan.startsInHours === undefined ? {} : { starts_at: new Date(startsAt).toISOString() }),
        ends_at: new Date(startsAt + plan.hours * HOUR_MS).toISOString(),
      },
    })
    return created.auction_id
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'wrong_status') return undefined
    throw error
  }
}

/**
 * Somebody else has bid in between: the market is alive, which is what these bids are for. Or bids need buying power,
 * which nobody has until an administrator records a deposit.
 */
const MISSED_BIDS = ['too_low', 'already_leading', 'ended', 'buying_power']

/** The keys make each bid count once, however often the seed runs. */
async function placeBids(market: Market, plan: Plan, auctionId: number): Promise<void> {
  for (const [index, [key, body]] of plan.bids.entries()) {
    const bidder = await market.bidder(key)
    try {
      await bidder.call('POST', `/api/auctions/${auctionId}/bids`, z.unknown(), {
        body,
        key: `seed-bid-${auctionId}-${index}`,
      })
    } catch (error) {
      if (!(error instanceof RefusedError) || !MISSED_BIDS.includes(error.code)) throw error
    }
  }
}

function vehicleOf(market: Market, plan: Plan): { id: number; seller: Person } {
  const vehicle = seedVehicles().find(({ vin }) => vin.startsWith(plan.vinStart))
  const id = vehicle && market.vehicleIds.get(vehicle.vin)
  const seller = vehicle && market.sellers.get(vehicle.listing[0])
  if (id === undefined || seller === undefined) throw new Error(`no listing begins with ${plan.vinStart}`)
  return { id, seller }
}
