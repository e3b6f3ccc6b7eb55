import type { Position } from '../../../../src/auctions/engine/auction.ts'
import { type Answer, Offer } from '../../clients/offers.ts'
import type { ClientRecord } from '../../clients/story.ts'
import type { AuctionEvidence } from '../../evidence/evidence.ts'
import type { StoredEntry, StoredVerdict } from '../../evidence/room-files.ts'
import type { Check } from '../check-auction.ts'

export type Harm = (evidence: AuctionEvidence) => AuctionEvidence
type Accepted = Extract<Answer, { accepted: true }>

export const withEntries =
  (change: (entries: readonly StoredEntry[]) => StoredEntry[]): Harm =>
  (evidence) => ({ ...evidence, room: { ...evidence.room, entries: change(evidence.room.entries) } })

export const withEntry = (number: number, change: (stored: StoredEntry) => StoredEntry): Harm =>
  withEntries((entries) =>
    entries.map((stored) => (stored.entry.number === number ? change(stored) : stored)),
  )

export const withPosition = (number: number, changes: Partial<Position>): Harm =>
  withEntry(number, (stored) => ({
    ...stored,
    entry: { ...stored.entry, after: Object.assign({}, stored.entry.after, changes) },
  }))

export const withVerdicts =
  (change: (verdicts: readonly StoredVerdict[]) => StoredVerdict[]): Harm =>
  (evidence) => ({ ...evidence, room: { ...evidence.room, verdicts: change(evidence.room.verdicts) } })

/** The first offer, sent otherwise or answered otherwise. */
export const withOffer =
  (change: { cents?: Offer['cents'] }, answersOf: (answers: readonly Answer[]) => readonly Answer[]): Harm =>
  (evidence) => ({
    ...evidence,
    offers: evidence.offers.map((offer, index) => {
      if (index > 0) return offer
      const { auctionId, userId, id, kind, cents } = offer
      const other = new Offer({ auctionId, userId, id, kind, cents, ...change })
      for (const answer of answersOf(offer.answers)) other.take(answer)
      return other
    }),
  })

export const told = (changes: Partial<Accepted>): Harm =>
  withOffer({}, (answers) => answers.map((answer) => (answer.accepted ? { ...answer, ...changes } : answer)))

export const withRow =
  (changes: Partial<AuctionEvidence['row']>): Harm =>
  (evidence) => ({
    ...evidence,
    row: { ...evidence.row, ...changes },
  })

/** The first element of a list, changed or left out. */
export const withFirst =
  <Key extends 'bidRows' | 'bidderRows' | 'orders' | 'toldOfEnd' | 'repetitions'>(
    key: Key,
    change: (first: AuctionEvidence[Key][number]) => AuctionEvidence[Key][number][],
  ): Harm =>
  (evidence) => {
    const list: readonly AuctionEvidence[Key][number][] = evidence[key]
    return { ...evidence, [key]: list.flatMap((item, index) => (index === 0 ? change(item) : [item])) }
  }

/** The watcher's record. */
export const withRecord =
  (change: (record: ClientRecord) => ClientRecord): Harm =>
  (evidence) => ({
    ...evidence,
    records: evidence.records.map((record, index) => (index === 0 ? change(record) : record)),
  })

export const withEvents = (
  change: (events: ClientRecord['segments'][number]['events']) => ClientRecord['segments'][number]['events'],
): Harm =>
  withRecord((record) => ({
    ...record,
    segments: record.segments.map(({ from, events }) => ({ from, events: change(events) })),
  }))

/** What could go wrong, which check must say so, and by which words. */
export type Harmed = readonly [name: string, check: Check, says: RegExp, harm: Harm]
