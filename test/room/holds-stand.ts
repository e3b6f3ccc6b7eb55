/** Rooms that hold for bids (M18), over people's objects of the test's own. */
import type { Offer } from '../../src/auctions/live/contract.ts'
import type { RoomDeps } from '../../src/auctions/live/core.ts'
import { type CoreStand, inRoom } from './core-stand.ts'
import { bidder, dollars } from './stand.ts'

export const [ANNA, BEN, CARA] = [11, 12, 13]

/** People's objects: each holds one amount for this room, by the latest serial, up to their limit. */
export class Objects {
  readonly limits = new Map<number, number>()
  readonly held = new Map<number, { serial: number; amount: number }>()
  readonly asked: [user: number, serial: number, amount: number][] = []
  readonly told: [user: number, serial: number, amount: number][] = []
  isAway = false
  /** What happens while the answer to a hold is under way. */
  during: () => void | Promise<void> = () => undefined

  readonly hold: RoomDeps['people']['hold'] = async (userId, _auctionId, serial, amount) => {
    this.asked.push([userId, serial, amount])
    if (this.isAway) throw new Error('away')
    const known = this.held.get(userId)
    const isGranted = amount <= (this.limits.get(userId) ?? 0) && serial > (known?.serial ?? 0)
    if (isGranted) this.held.set(userId, { serial, amount })
    await this.during()
    return isGranted
  }

  readonly report: RoomDeps['people']['reportHold'] = async (userId, _auctionId, serial, amount, mustFit) => {
    this.told.push([userId, serial, amount])
    if (this.isAway) throw new Error('away')
    const known = this.held.get(userId) ?? { serial: 0, amount: 0 }
    if (serial <= known.serial) return true
    if (mustFit && amount > known.amount && amount > (this.limits.get(userId) ?? 0)) return false
    this.held.set(userId, { serial, amount })
    return true
  }

  amountOf(userId: number): number {
    return this.held.get(userId)?.amount ?? 0
  }
}

export interface Scene {
  stand: CoreStand
  objects: Objects
  bid(userId: number, offer: Offer, id?: string | null): Promise<string>
}

/** A room where these people may hold so much, in dollars. */
export const limited = (
  dollarLimits: Record<number, number>,
  play: (scene: Scene) => Promise<void>,
  terms = {},
) =>
  inRoom(async (stand) => {
    const objects = new Objects()
    for (const [userId, limit] of Object.entries(dollarLimits))
      objects.limits.set(Number(userId), dollars(limit))
    stand.buyingPower = 'on'
    stand.rateLimits = 'off'
    stand.hold = objects.hold
    stand.reportHold = objects.report
    stand.wake()
    stand.arm(terms)
    const bid = async (userId: number, offer: Offer, id: string | null = null) => {
      const answer = await stand.core.bids.place({
        bidder: bidder(userId),
        clientId: id,
        offer,
        door: 'http',
        requestId: 'test',
      })
      return answer.ok ? 'accepted' : answer.code
    }
    await play({ stand, objects, bid })
  })

export const leaderOf = ({ core }: CoreStand) => core.auction?.position.leader?.bidderId ?? null
/** How many of the room's holds their people have yet to be told of. */
export const owed = ({ state }: CoreStand): number =>
  state.storage.sql.exec('SELECT 1 FROM holds WHERE confirmed < serial').toArray().length
