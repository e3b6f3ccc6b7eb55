import type { Decision } from '../../../src/auctions/engine/auction.ts'
import { viewAuction, viewBid, viewEvents } from '../../../src/auctions/engine/view.ts'
import { describeEvent } from '../../../src/auctions/live/protocol.ts'
import { describeAuction } from '../../../src/auctions/schemas.ts'
import type { Cents } from '../../../src/lib/money.ts'
import { CLOSES_AT, OPENS_AT, type Sale, SELLER, scheduledSale, usd, verdictOf } from '../../engine/sale.ts'
import { Narrator } from '../clients/narrator.ts'
import { Offer, type OfferKind } from '../clients/offers.ts'
import { Story } from '../clients/story.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { RoomFile, StoredVerdict } from '../evidence/room-files.ts'
import { History } from './history.ts'
import { soundRows, VEHICLE, WINNER } from './rows-stand.ts'

/** Sends an offer, and keeps it as client and room keep it. */
export class Desk {
  readonly sale: Sale
  readonly offers: Offer[] = []
  readonly verdicts: StoredVerdict[] = []

  constructor(sale: Sale) {
    this.sale = sale
  }

  send(userId: number, kind: OfferKind, amount: Cents): void {
    const decision = this.sale.command(
      userId,
      kind === 'buy_now' ? { kind } : { kind: 'bid', offer: kind, amount },
    )
    const id = `bid-${this.offers.length + 1}`
    const offer = new Offer({ auctionId: 5, userId, id, kind, cents: kind === 'buy_now' ? null : amount })
    const content = kind === 'buy_now' ? kind : `${kind}:${amount}`
    this.offers.push(offer)
    // Twice: over the socket, whose answer was lost, and over HTTP.
    for (const door of ['socket', 'http'] as const) offer.take(this.#answerOf(decision, door))
    const judgement =
      decision.rejected === null
        ? { accepted: verdictOf(decision) }
        : { refused: decision.rejected, minimumBid: decision.minimumBid }
    this.verdicts.push({ bidderId: userId, clientId: id, content, judgement })
  }

  #answerOf(decision: Decision, door: 'socket' | 'http'): Offer['answers'][number] {
    if (decision.rejected !== null) {
      return { accepted: false, door, code: decision.rejected, minimumBid: decision.minimumBid }
    }
    const { bidCount, endsAt, ...told } = verdictOf(decision)
    const overHttp = door === 'http'
    return {
      accepted: true,
      door,
      ...told,
      bidCount: overHttp ? bidCount : null,
      endsAt: overHttp ? endsAt : null,
    }
  }
}

/** A sale with a reserve, a raise, a refusal and an extension. */
function conduct(): Desk {
  const sale = scheduledSale({ reservePrice: usd(500), sellerProfileId: null })
  const desk = new Desk(sale)
  sale.at(10)
  desk.send(1, 'max', usd(200))
  desk.send(2, 'exact', usd(150))
  desk.send(2, 'exact', usd(155))
  desk.send(2, 'max', usd(600))
  desk.send(2, 'max', usd(700))
  sale.at(3_550)
  desk.send(WINNER, 'exact', usd(800))
  desk.send(1, 'max', usd(1_000))
  desk.send(WINNER, 'max', usd(1_500))
  sale.now = CLOSES_AT + 3_600_000
  sale.wake()
  return desk
}

export const soundSale = (): History => new History(conduct().sale.ledger)

/** Everything that the sale leaves behind when nothing is wrong. */
export const soundEvidence = (): AuctionEvidence => {
  const desk = conduct()
  return evidenceOf(desk, { ...soundRows(new History(desk.sale.ledger)), moves: [], suspended: [] })
}

/** What a room keeps of a sale. */
export const roomFileOf = (history: History, verdicts: StoredVerdict[]): RoomFile => ({
  auctionId: history.final.terms.auctionId,
  cursor: history.final.number,
  verdicts,
  entries: history.entries.map((entry, index) => {
    const seqs = entry.events.flatMap(({ seq }) => seq ?? [])
    return {
      entry,
      kind: entry.events[0]?.kind ?? '',
      firstSeq: seqs[0] ?? null,
      seqCount: seqs.length,
      snapshot: index === 0 ? (history.states[0] ?? null) : null,
    }
  }),
})

type Beside = Omit<AuctionEvidence, 'lot' | 'offers' | 'records' | 'repetitions' | 'shown' | 'room'>

/** What bidders, watchers and the room have of a sale; `beside` is what else is known of it. */
export function evidenceOf({ sale, offers, verdicts }: Desk, beside: Beside): AuctionEvidence {
  const history = new History(sale.ledger)
  const reasons = new Map(beside.bidRows.map((row) => [row.bid_id, row.void_reason]))
  const { final, entries } = history
  const { terms, position } = final
  return {
    lot: {
      auctionId: terms.auctionId,
      vehicleId: VEHICLE,
      sellerId: SELLER,
      kind: {
        name: 'sound',
        startingPrice: 100,
        terms: {},
        buyNowPrice: null,
        isQuiet: false,
        startsInMs: 0,
      },
    },
    offers,
    records: tell(history),
    repetitions: offers.map((offer) => {
      const [answer] = offer.answers
      if (answer === undefined) throw new Error('An offer has no answer')
      return { offer, answer, replayed: true }
    }),
    shown: {
      auction: describeShown(history, null),
      bidCount: position.bidCount,
      bids: entries
        .flatMap((entry) => viewBid(entry) ?? [])
        .map((bid) => ({
          id: bid.id,
          amount: bid.amount,
          user_display: bid.bidder,
          is_auto_bid: bid.isAutoBid,
          created_at: new Date(bid.at),
          current_bid: bid.currentBid,
          leader: bid.leader,
          kind: bid.kind,
          voided: (reasons.get(bid.id) ?? null) !== null,
          void_reason: reasons.get(bid.id) ?? null,
        }))
        .reverse(),
    },
    room: roomFileOf(history, verdicts),
    ...beside,
  }
}

/** A watcher who was there from the first event on, and a bidder who comes late and is given the rest by a welcome. */
function tell(history: History): AuctionEvidence['records'] {
  const story = new Story()
  const watcher = new Narrator('watcher', null, story)
  watcher.connected()
  watcher.welcome(describeShown(history, 0))
  for (const event of history.entries.flatMap(viewEvents)) watcher.events([describeEvent(event, event.at)])
  const bidder = new Narrator('bidder', WINNER, story)
  bidder.connected()
  bidder.welcome(describeShown(history, 2))
  bidder.connected()
  bidder.welcome(describeShown(history, null))
  bidder.welcome(describeShown(history, null))
  return [watcher.record, bidder.record]
}

/** As the winner sees it when `seq` was the last; null: when all is over. */
export function describeShown(history: History, seq: number | null): AuctionEvidence['shown']['auction'] {
  const state = seq === null ? history.final : history.atSeq(seq)
  if (state === null) throw new Error(`The history has no seq ${seq}`)
  const { leader } = state.position
  const hasBid = seq === null
  const viewer = {
    seesReserve: false,
    bidder: hasBid ? { bidderId: WINNER, alias: 'Bidder 3', maximum: leader?.maximum ?? null } : null,
  }
  return describeAuction(viewAuction(state, viewer, OPENS_AT), {
    id: VEHICLE,
    vin: '1HGCM82633A004352',
    year: 2021,
    make: 'Honda',
    model: 'Accord',
    trim: null,
    mileage: null,
    condition: null,
    title_type: null,
    starting_price: null,
    buy_now_price: null,
    location_city: null,
    location_state: null,
    primary_image_url: null,
    status: 'in_auction',
    seller_id: SELLER,
    created_at: new Date(OPENS_AT),
  })
}
