import { usd } from '../../../engine/sale.ts'
import { type Harmed, told, withEntries, withEntry, withOffer, withPosition, withVerdicts } from './harm.ts'

/** In the room, and between the room and its bidders. */
export const ROOM_HARMS: readonly Harmed[] = [
  [
    'an entry is gone',
    'ledger',
    /Ledger entry 6 follows 4/,
    withEntries((all) => all.filter((_, at) => at !== 4)),
  ],
  ['the end is gone', 'ledger', /ends while the auction is active/, withEntries((all) => all.slice(0, -1))],
  [
    'an event has another seq',
    'ledger',
    /has seq 9/,
    withEntry(3, (stored) => ({
      ...stored,
      entry: {
        ...stored.entry,
        events: stored.entry.events.map((event) =>
          'bid' in event && event.kind === 'bid' ? { ...event, seq: 9 } : event,
        ),
      },
    })),
  ],
  [
    'an entry is indexed under another seq',
    'ledger',
    /not what its columns say/,
    withEntry(3, (stored) => ({ ...stored, firstSeq: 5 })),
  ],
  [
    'a snapshot is older than its entry',
    'ledger',
    /snapshot at entry 1 is not the fold/,
    withEntry(1, (stored) => ({ ...stored, snapshot: stored.snapshot && { ...stored.snapshot, seq: 1 } })),
  ],
  ['the price falls', 'ledger', /the price falls at entry 6/, withPosition(6, { price: usd(110) })],
  ['the end moves back', 'ledger', /the end moves back at entry 5/, withPosition(5, { endsAt: 1 })],
  [
    'the projector has stopped',
    'ledger',
    /the projector stands at 9 of 10/,
    (evidence) => ({ ...evidence, room: { ...evidence.room, cursor: 9 } }),
  ],

  ['a bid was never answered', 'answers', /bid-1 .* was never answered/, withOffer({}, () => [])],
  [
    'an acknowledged bid is another’s',
    'answers',
    /acknowledged as bid 4, which is not in the ledger/,
    told({ bidId: 4 }),
  ],
  [
    'an acknowledged bid is not there',
    'answers',
    /acknowledged as bid 99, which is not in the ledger/,
    told({ bidId: 99 }),
  ],
  ['an acknowledged seq is wrong', 'answers', /acknowledged with seq 5, the ledger has 2/, told({ seq: 5 })],
  [
    'an acknowledged price is wrong',
    'answers',
    /acknowledged with price 1, /,
    told({ currentBid: usd(0.01) }),
  ],
  ['an acknowledged lead is none', 'answers', /acknowledged with leading false/, told({ leading: false })],
  [
    'a repetition is answered otherwise',
    'answers',
    /was answered .* and .* by http/,
    withOffer({}, (answers) =>
      answers.map((answer, at) => (at === 1 && answer.accepted ? { ...answer, yourMax: usd(1) } : answer)),
    ),
  ],
  [
    'a repetition is refused after it was accepted',
    'answers',
    /was answered .* and ended null by http/,
    withOffer({}, (answers) =>
      answers.map((answer, at) =>
        at === 1 ? { accepted: false, door: 'http', code: 'ended', minimumBid: null } : answer,
      ),
    ),
  ],
  [
    'a bidder is refused what the room has accepted',
    'answers',
    /was refused and is kept as the opposite/,
    withOffer({}, () => [{ accepted: false, door: 'http', code: 'too_low', minimumBid: usd(1) }]),
  ],
  [
    'a refusal is one that cannot be',
    'answers',
    /was refused as not_found/,
    withOffer({}, () => [{ accepted: false, door: 'http', code: 'not_found', minimumBid: null }]),
  ],
  [
    'a bid is in the ledger that nobody sent',
    'answers',
    /has judged bid-1 of person 1, which nobody sent/,
    (evidence) => ({ ...evidence, offers: evidence.offers.slice(1) }),
  ],
  ['a bid has no id', 'answers', /bid 3 of person 1 has 0 ids/, withVerdicts((all) => all.slice(1))],
  [
    'one sending was taken twice',
    'answers',
    /bid 3 of person 1 has 2 ids: bid-1, bid-1b/,
    withVerdicts((all) => [...all, ...all.slice(0, 1).map((stored) => ({ ...stored, clientId: 'bid-1b' }))]),
  ],
  [
    'the amount is another than was sent',
    'answers',
    /acknowledged with amount 20001/,
    withOffer({ cents: usd(200.01) }, (answers) => answers),
  ],

  [
    'the ledger has another maximum than was sent',
    'engine',
    /entry 3: the engine decides/,
    withOffer({ cents: usd(201) }, (answers) => answers),
  ],
  [
    'the ledger has another price than the engine gives',
    'engine',
    /entry 6: the engine decides/,
    withPosition(6, { price: usd(501) }),
  ],
  [
    'the ledger has another leader',
    'engine',
    /Bidder 3 offered most first, and Bidder 2 leads/,
    withPosition(10, { leader: { bidderId: 2, alias: 'Bidder 2', maximum: usd(1_500) } }),
  ],
  [
    'a bid came after the end',
    'engine',
    /entry 9: .* before what is due was applied/,
    withEntry(9, (stored) => ({ ...stored, entry: { ...stored.entry, at: stored.entry.at + 10_000_000 } })),
  ],
]
