import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Random } from '../../crash/random.ts'
import type { HttpClient } from '../clients/http.ts'
import type { Witness } from '../evidence/witness.ts'
import type { BeginOrder } from '../honest/honest-bidders.ts'
import { ADMIN_NAMES } from '../stack.ts'
import { Listings } from './listings.ts'
import type { People, Person } from './people.ts'
import { fillVault, type Vault } from './vault.ts'

const CREW = 24
const HONEST_BIDDERS = 5
/** Never met: then whoever leads may bid again, so that no bid is refused for who came last. */
const UNREACHED_RESERVE = 99_999_999.99
const SETTLED_WITHIN_MS = 15_000

/** One of those from whom requests come, with things of their own to point them at. */
export interface Member {
  person: Person
  draftId: number
  imageId: number
  documentId: number
  /** In a scheduled auction. */
  auctionId: number
}

/** Whom and what the cases act on. */
export interface Scene {
  vault: Vault
  /** Where attackers bid: nothing in it is of worth. */
  arena: { auctionId: number; bidId: number; vehicleId: number; seller: Person }
  /** Where crowds gather: what is bid in the arena at random would leave no room for their bids. */
  square: { auctionId: number }
  honest: { auctionId: number; bidders: Person[] }
  crew: Member[]
  admins: Person[]
  orderId: number
}

const ticketSchema = z.object({ ticket: z.string() })
const auctionSchema = z.object({ minimum_bid: z.number() })
const ordersSchema = z.object({ orders: z.array(z.object({ id: z.number() })) })

export async function setScene(parts: {
  http: HttpClient
  people: People
  witness: Witness
  random: Random
}): Promise<Scene> {
  const { http, people } = parts
  const listings = new Listings(http)
  const admins = await Promise.all(ADMIN_NAMES.map((name) => people.signIn(name)))
  const vault = await fillVault({ ...parts, listings }, admins)

  const seller = await people.signIn('seller')
  const open = async () => {
    const vehicleId = await listings.active(seller)
    const auctionId = await listings.auction(seller, vehicleId, {
      starting_price: 1,
      reserve_price: UNREACHED_RESERVE,
      increments: [{ from: 0, step: 0.01 }],
    })
    return { vehicleId, auctionId }
  }
  const arena = await open()
  const square = await open()
  const honest = await open()
  const crew = await Promise.all(
    Array.from({ length: CREW }, (_, number) => enlist(number, people, listings)),
  )
  const [first] = crew
  if (first === undefined) throw new Error('There is no crew')
  const { bid_id: bidId } = await http.call(z.object({ bid_id: z.number() }), {
    method: 'POST',
    path: `/api/auctions/${arena.auctionId}/bids`,
    as: first.person,
    body: { amount: 1 },
  })
  const bidders = await Promise.all(
    Array.from({ length: HONEST_BIDDERS }, (_, number) => people.signIn(`honest_${number}`)),
  )
  return {
    vault,
    arena: { ...arena, bidId, seller },
    square,
    honest: { auctionId: honest.auctionId, bidders },
    crew,
    admins,
    orderId: await sell(http, listings, seller, first.person),
  }
}

/** What the honest bidders' process needs to begin: tickets are good for 30 s. */
export async function admitHonest(
  http: HttpClient,
  { honest: { auctionId, bidders } }: Scene,
  watcherAddress: string,
): Promise<BeginOrder> {
  const path = `/api/auctions/${auctionId}`
  const { minimum_bid } = await http.call(auctionSchema, { method: 'GET', path, address: watcherAddress })
  const admitted = await Promise.all(
    bidders.map(async (as) => ({ ticket: await takeTicket(http, auctionId, as), address: as.address })),
  )
  return {
    type: 'begin',
    port: http.port,
    auctionId,
    bidders: admitted,
    watcherAddress,
    fromDollars: minimum_bid,
  }
}

export async function takeTicket(http: HttpClient, auctionId: number, as: Person): Promise<string> {
  const { ticket } = await http.call(ticketSchema, {
    method: 'POST',
    path: `/api/auctions/${auctionId}/ticket`,
    as,
  })
  return ticket
}

async function enlist(number: number, people: People, listings: Listings): Promise<Member> {
  const person = await people.signIn(`crew_${number}`)
  const draftId = await listings.draft(person)
  const imageId = await listings.image(person, draftId)
  const documentId = await listings.document(person, draftId)
  const auctionId = await listings.auction(person, await listings.active(person), {
    starts_at: new Date(Date.now() + 3_600_000).toISOString(),
  })
  return { person, draftId, imageId, documentId, auctionId }
}

/** Sells a vehicle at its buy-now price. @returns the order's id */
async function sell(http: HttpClient, listings: Listings, seller: Person, buyer: Person): Promise<number> {
  const auctionId = await listings.auction(seller, await listings.active(seller), { buy_now_price: 5_000 })
  const path = `/api/auctions/${auctionId}/buy-now`
  await http.call(z.unknown(), { method: 'POST', path, as: buyer })
  const deadline = performance.now() + SETTLED_WITHIN_MS
  while (performance.now() < deadline) {
    const { orders } = await http.call(ordersSchema, { method: 'GET', path: '/api/orders', as: buyer })
    if (orders[0] !== undefined) return orders[0].id
    await sleep(100)
  }
  throw new Error('The sale has not become an order')
}
