import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { countRunning, type Market, openAuctions, scheduleAuction } from './auctions.ts'
import { BIDDERS, type BidderKey, SELLER_KEYS, SELLERS, type SellerKey } from './listings.ts'
import { Person } from './person.ts'
import { listVehicles } from './vehicles.ts'

const markerSchema = z.object({ state: z.enum(['begun', 'finished']) })
const vehiclesSchema = z.object({ vehicles: z.array(z.unknown()) })

/**
 * Fills an empty market through the public API, and goes on where an earlier run was interrupted. A market that is
 * seeded already gets new auctions where fewer than two run; one that others have filled is left alone.
 * Gives a few words about the market.
 */
export async function seedMarket(options: {
  url: string
  dataDir: string
  now?: () => number
}): Promise<string> {
  const { url, dataDir, now = Date.now } = options
  const visitor = new Person(url)
  const markerPath = join(dataDir, 'seed.json')
  const marker = readMarker(markerPath)
  const isEmpty = (await countVehicles(visitor)) === 0
  if (!marker && !isEmpty) return 'not empty, left as it is'
  const isFinished = marker?.state === 'finished' && !isEmpty
  if (!isFinished) writeFileSync(markerPath, JSON.stringify({ state: 'begun' }))
  if (!isFinished || (await countRunning(visitor)) < 2) {
    const market = await fillMarket({ url, dataDir, visitor, now })
    await openAuctions(market)
    if (!isFinished) await scheduleAuction(market)
    writeFileSync(markerPath, JSON.stringify({ state: 'finished' }))
  }
  return `${await countVehicles(visitor)} vehicles, ${await countRunning(visitor)} auctions running`
}

async function fillMarket(options: {
  url: string
  dataDir: string
  visitor: Person
  now: () => number
}): Promise<Market> {
  const { url, dataDir, visitor, now } = options
  const sellers = new Map<SellerKey, Person>()
  const vehicleIds = new Map<string, number>()
  await Promise.all(
    SELLER_KEYS.map(async (key) => {
      const seller = await new Person(url).signIn(key, SELLERS[key].name, dataDir)
      sellers.set(key, seller)
      for (const [vin, id] of await listVehicles(seller, key)) vehicleIds.set(vin, id)
    }),
  )
  const bidders = new Map<BidderKey, Promise<Person>>()
  return {
    visitor,
    sellers,
    vehicleIds,
    now,
    bidder(key) {
      const known = bidders.get(key) ?? new Person(url).signIn(key, BIDDERS[key], dataDir)
      bidders.set(key, known)
      return known
    },
  }
}

async function countVehicles(visitor: Person): Promise<number> {
  return (await visitor.call('GET', '/api/vehicles?per_page=100', vehiclesSchema)).vehicles.length
}

function readMarker(path: string): z.output<typeof markerSchema> | undefined {
  try {
    return markerSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}
