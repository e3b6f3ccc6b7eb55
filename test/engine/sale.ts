import {
  type Auction,
  type AuctionPolicy,
  type AuctionTerms,
  type Bidder,
  type BidderCommand,
  type Decision,
  evolve,
  type HouseCommand,
  type LedgerEntry,
  type Standing,
} from '../../src/auctions/engine/auction.ts'
import { decide, decideDue } from '../../src/auctions/engine/decide.ts'
import { DEFAULT_INCREMENTS } from '../../src/auctions/engine/increments.ts'
import { DEFAULT_SOFT_CLOSE } from '../../src/auctions/engine/terms.ts'
import { type Cents, cents } from '../../src/lib/money.ts'

export const OPENS_AT = Date.UTC(2027, 0, 4, 15)
export const CLOSES_AT = OPENS_AT + 3_600_000
export const SELLER = 900
export const SELLER_PROFILE = 77
export const MIN_DURATION_MS = 60_000

/** Cents of a test's dollars. */
export const usd = (amount: number): Cents => cents(Math.round(amount * 100))
/** The instant `seconds` after the opening. */
export const second = (seconds: number): number => OPENS_AT + seconds * 1_000

export function termsWith(changes: Partial<AuctionTerms> = {}): AuctionTerms {
  return {
    auctionId: 5,
    sellerId: SELLER,
    sellerProfileId: SELLER_PROFILE,
    saleType: 'reserve',
    startingPrice: usd(100),
    reservePrice: null,
    buyNowPrice: null,
    increments: DEFAULT_INCREMENTS,
    softClose: DEFAULT_SOFT_CLOSE,
    belowReserve: 'proxy',
    startsAt: OPENS_AT,
    endsAt: CLOSES_AT,
    ...changes,
  }
}

/**
 * Keeps a ledger and the bidders' rows as a room does, and nothing else: every decision and every state is
 * the engine's own.
 */
export class Sale {
  auction: Auction | null = null
  readonly ledger: LedgerEntry[] = []
  readonly aliases = new Map<number, string>()
  readonly suspended = new Set<number>()
  readonly profiles = new Map<number, number>()
  now = OPENS_AT

  get current(): Auction {
    if (this.auction === null) throw new Error('not armed')
    return this.auction
  }

  get position() {
    return this.current.position
  }

  /** Sets the clock, in seconds from the opening. */
  at(seconds: number): this {
    this.now = second(seconds)
    return this
  }

  wake(): this {
    for (let entry = decideDue(this.current, this.now); entry !== null; ) {
      this.append(entry)
      entry = decideDue(this.current, this.now)
    }
    return this
  }

  house(command: HouseCommand): Decision {
    if (this.auction !== null) this.wake()
    return this.keep(decide(this.auction, null, command, this.now))
  }

  bidder(bidderId: number): Bidder {
    return {
      bidderId,
      sellerProfileId: this.profiles.get(bidderId) ?? null,
      eligible: !this.suspended.has(bidderId),
      alias: this.aliases.get(bidderId) ?? null,
    }
  }

  command(bidderId: number, command: BidderCommand): Decision {
    this.wake()
    return this.keep(decide(this.current, this.bidder(bidderId), command, this.now))
  }

  max(bidderId: number, dollars: number): Decision {
    return this.command(bidderId, { kind: 'bid', offer: 'max', amount: usd(dollars) })
  }

  exact(bidderId: number, dollars: number): Decision {
    return this.command(bidderId, { kind: 'bid', offer: 'exact', amount: usd(dollars) })
  }

  buy(bidderId: number): Decision {
    return this.command(bidderId, { kind: 'buy_now' })
  }

  edit(changes: Partial<AuctionPolicy>): Decision {
    return this.house({ kind: 'edit', changes, minDurationMs: MIN_DURATION_MS })
  }

  reserve(dollars: number | null): Decision {
    return this.edit({ reservePrice: dollars === null ? null : usd(dollars) })
  }

  void(...bidIds: number[]): Decision {
    return this.house({ kind: 'void_bids', bidIds, reason: 'typing error', standing: this.standing() })
  }

  suspend(bidderId: number): Decision | null {
    this.suspended.add(bidderId)
    const bidIds = this.standing().flatMap((item) =>
      item.type === 'bid' && item.bidderId === bidderId ? [item.number] : [],
    )
    if (bidIds.length === 0) return null
    return this.house({ kind: 'void_bids', bidIds, reason: 'suspended', standing: this.standing() })
  }

  disclose(by: 'seller' | 'admin'): Decision {
    const changes = [{ field: 'mileage', before: 80_000, after: 180_000 }]
    return this.house({ kind: 'change_disclosure', by, changes, standing: this.standing() })
  }

  cancel(by: 'seller' | 'admin'): Decision {
    return this.house({ kind: 'cancel', by, reason: 'title lost' })
  }

  /** The standing bids and the reserve changes, read from the ledger. */
  standing(): Standing[] {
    const voided = new Set<number>()
    for (const { events } of this.ledger) {
      for (const event of events) if (event.kind === 'bid_voided') voided.add(event.bidId)
    }
    const standing: Standing[] = []
    for (const { number, events, after } of this.ledger) {
      const [first] = events
      if (first?.kind === 'reserve_lowered') {
        standing.push({ type: 'reserve', reservePrice: after.reservePrice })
      }
      if ((first?.kind === 'bid' || first?.kind === 'raised') && !voided.has(number)) {
        standing.push({ type: 'bid', number, seq: first.seq, ...first.bid })
      }
    }
    return standing
  }

  private keep(decision: Decision): Decision {
    if (decision.rejected === null) this.append(decision.entry)
    return decision
  }

  private append(entry: LedgerEntry): void {
    this.auction = evolve(this.auction, entry)
    this.ledger.push(entry)
    for (const event of entry.events) {
      if ('bid' in event) this.aliases.set(event.bid.bidderId, event.bid.alias)
    }
  }
}

/** A sale that has been armed an hour before its opening. */
export function scheduledSale(changes: Partial<AuctionTerms> = {}): Sale {
  const sale = new Sale()
  sale.at(-3_600)
  const armed = sale.house({ kind: 'arm', terms: termsWith(changes) })
  if (armed.rejected !== null) throw new Error(`not armed: ${JSON.stringify(armed.problems)}`)
  return sale
}

/** A sale that has just opened. */
export function openSale(changes: Partial<AuctionTerms> = {}): Sale {
  return scheduledSale(changes).at(0).wake()
}

/** Who leads at what price, in dollars: what most rules speak of. */
export function standOf(sale: Sale) {
  const { leader, price } = sale.position
  return {
    price: price / 100,
    leader: leader?.bidderId ?? null,
    maximum: leader ? leader.maximum / 100 : null,
  }
}

/** The ledger entry of an accepted decision; fails the test where it was refused. */
export function entryOf(decision: Decision | null): LedgerEntry {
  if (decision?.rejected !== null) throw new Error(`refused: ${decision?.rejected}`)
  return decision.entry
}

/** The kinds of the events of an accepted decision. */
export function kindsOf(decision: Decision | null): string[] {
  return entryOf(decision).events.map(({ kind }) => kind)
}

/** The verdict of an accepted bid; fails the test where it was refused. */
export function verdictOf(decision: Decision) {
  if (decision.rejected !== null) throw new Error(`refused: ${decision.rejected}`)
  if (decision.verdict === null) throw new Error('no verdict')
  return decision.verdict
}

/** The ledger number of an accepted bid. */
export const idOf = (decision: Decision): number => verdictOf(decision).bidId
