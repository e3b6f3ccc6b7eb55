import { LOCAL_ADMIN_CLERK_ID } from '../cloud.ts'
import { ApiClient } from './api-client.ts'
import { bookTransport, handOver, payOrder } from './hand-over.ts'
import { checkSearchFired, saveSearch, sellIfBid } from './if-bid.ts'
import { listVehicle } from './listing.ts'
import { checkOrder, openAuction, playAuction, STARTING_PRICE } from './sale.ts'
import { Timeline } from './timeline.ts'

const BASE_URL = process.env.DEMO_URL ?? `http://localhost:${process.env.PORT ?? 5001}`
const BIDDER_NAMES = ['Ann', 'Ben', 'Cho', 'Dee', 'Eve']

async function assertRunning(): Promise<void> {
  try {
    const health = await fetch(new URL('/health', BASE_URL), { signal: AbortSignal.timeout(3_000) })
    if (health.ok) return
  } catch {
    // Told below: nobody listens, or nobody answers.
  }
  console.error(`Nothing answers at ${BASE_URL}. Start it with: npm run dev`)
  process.exit(1)
}

async function main(): Promise<boolean> {
  await assertRunning()
  const timeline = new Timeline()
  const run = Date.now().toString(36)
  const person = (name: string) => new ApiClient(BASE_URL, name).signIn(`demo_${name.toLowerCase()}_${run}`)
  try {
    timeline.heading('People sign in')
    const seller = await person('Seller')
    const bidders = await Promise.all(BIDDER_NAMES.map(person))
    const cast = { seller, bidders }
    timeline.say('everyone', `the seller and ${bidders.length} bidders exchange their session for our tokens`)

    timeline.heading('The listing')
    const vehicleId = await listVehicle(seller, timeline, STARTING_PRICE)

    timeline.heading('The auction')
    const auctionId = await openAuction(cast, timeline, vehicleId)
    const clients = await playAuction(cast, timeline, auctionId)

    timeline.heading('After the hammer')
    await checkOrder(cast, timeline, auctionId, vehicleId)
    for (const client of clients) client.disconnect()

    timeline.heading('A second car: the reserve is not met')
    const [buyer] = bidders
    if (!buyer) throw new Error('The sale wants bidders')
    await saveSearch(buyer, timeline)
    const secondId = await listVehicle(seller, timeline, STARTING_PRICE)
    await checkSearchFired(buyer, timeline, secondId)
    const orderId = await sellIfBid(seller, buyer, timeline, secondId)

    timeline.heading('Money, transport, title')
    const admin = await new ApiClient(BASE_URL, 'Admin').signIn(LOCAL_ADMIN_CLERK_ID)
    const parties = { seller, buyer, admin }
    await payOrder(parties, timeline, orderId)
    await bookTransport(parties, timeline, orderId)
    await handOver(parties, timeline, orderId)
  } catch (error) {
    timeline.expect(error instanceof Error ? error.message : String(error), 'failed', 'done')
  }
  return timeline.close()
}

process.exit((await main()) ? 0 : 1)
