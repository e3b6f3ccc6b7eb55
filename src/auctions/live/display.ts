import { MINUTE_MS } from '../../lib/time.ts'
import type { Auction, AuctionTerms, EpochMs } from '../engine/auction.ts'
import { type Viewer, viewAuction } from '../engine/view.ts'
import type { RoomAuction, RoomViewer, VehicleSummary } from './contract.ts'
import type { Ledger } from './ledger.ts'

/** Much less than an address of the storage is good for. */
const IMAGE_URL_KEPT_MS = 30 * MINUTE_MS

/** Where an image can be seen for some hours, or null where there is no storage. */
export type ImageUrl = (key: string, now: EpochMs) => Promise<string | null>

/** Whether a viewer is the seller, or of the seller's profile. */
export const isSellerOf = (terms: AuctionTerms, viewer: Pick<RoomViewer, 'userId' | 'sellerProfileId'>) =>
  viewer.userId === terms.sellerId ||
  (terms.sellerProfileId !== null && viewer.sellerProfileId === terms.sellerProfileId)

/** The auction as each viewer may see it, with its vehicle. */
export class Display {
  readonly #ledger: Ledger
  readonly #imageUrl: ImageUrl
  #vehicle: VehicleSummary | null = null
  #image: { key: string; url: string | null; signedAt: EpochMs } | null = null

  constructor(ledger: Ledger, imageUrl: ImageUrl) {
    this.#ledger = ledger
    this.#imageUrl = imageUrl
  }

  get vehicle(): VehicleSummary {
    this.#vehicle ??= this.#ledger.vehicle()
    return this.#vehicle
  }

  saveVehicle(vehicle: VehicleSummary): void {
    this.#ledger.saveVehicle(vehicle)
    this.#vehicle = vehicle
  }

  /** Signs the image's address ahead, since nothing that is shown may wait for it. Never throws. */
  async prepare(now: EpochMs, vehicle: VehicleSummary = this.vehicle): Promise<void> {
    const key = vehicle.primaryImageKey
    if (key === null || this.#imageOf(key, now) !== null) return
    const url = await this.#imageUrl(key, now).catch(() => null)
    this.#image = { key, url, signedAt: now }
  }

  isPrepared(now: EpochMs): boolean {
    const key = this.vehicle.primaryImageKey
    return key === null || this.#imageOf(key, now) !== null
  }

  #imageOf(key: string, now: EpochMs) {
    const image = this.#image
    return image?.key === key && now - image.signedAt < IMAGE_URL_KEPT_MS ? image : null
  }

  /** R9, R19. */
  show(auction: Auction, viewer: RoomViewer | null, now: EpochMs): RoomAuction {
    const key = this.vehicle.primaryImageKey
    const primaryImageUrl = key !== null && this.#image?.key === key ? this.#image.url : null
    return {
      view: viewAuction(auction, this.#viewerOf(auction, viewer), now),
      vehicle: { ...this.vehicle, primaryImageUrl },
    }
  }

  #viewerOf({ terms }: Auction, viewer: RoomViewer | null): Viewer {
    if (viewer === null) return { seesReserve: false, bidder: null }
    const { userId } = viewer
    const alias = this.#ledger.people.find(userId)?.alias ?? null
    const seesReserve = viewer.isAdmin || isSellerOf(terms, viewer)
    if (alias === null) return { seesReserve, bidder: null }
    return {
      seesReserve,
      bidder: { bidderId: userId, alias, maximum: this.#ledger.people.maximumOf(userId) },
    }
  }
}
