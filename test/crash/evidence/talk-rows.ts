import { and, asc, eq, inArray, isNotNull, like, lt, or } from 'drizzle-orm'
import { createDatabase } from '../../../src/db/client.ts'
import {
  auction_decisions,
  audit_log,
  invoice_lines,
  invoices,
  notifications,
  offers,
} from '../../../src/db/schema/index.ts'
import type { Act, MovedDeadline, TalkBook } from '../talks/act.ts'
import type { DecisionRow, OfferRow } from '../talks/negotiator.ts'

/** A run moves deadlines by less than this; what nobody moved is a day away. */
const HOUR_MS = 3_600_000
const QUERY_TIMEOUT_MS = 60_000

export interface TalkNotice {
  readonly userId: number
  readonly type: string
  readonly cause: string
}

export interface TalkAudit {
  readonly action: string
  readonly subjectId: number
  readonly after: unknown
}

/** What negotiations leave behind in MySQL. */
export interface TalkRows {
  readonly decisions: readonly DecisionRow[]
  readonly offers: readonly OfferRow[]
  readonly notices: readonly TalkNotice[]
  readonly audits: readonly TalkAudit[]
  readonly invoices: readonly InvoiceRow[]
}

export interface InvoiceRow {
  readonly orderId: number
  readonly lines: readonly { readonly kind: string; readonly amount: number }[]
}

const open = (url: string) => createDatabase(url, { timeoutMs: QUERY_TIMEOUT_MS })

export async function readTalkRows(url: string): Promise<TalkRows> {
  const db = open(url)
  const lines = Map.groupBy(
    await db.select().from(invoice_lines).orderBy(asc(invoice_lines.position)),
    ({ invoice_id }) => invoice_id,
  )
  return {
    decisions: await db.select().from(auction_decisions),
    offers: await db.select().from(offers).orderBy(asc(offers.id)),
    notices: await db
      .select({
        userId: notifications.user_id,
        type: notifications.type,
        cause: notifications.cause_key,
      })
      .from(notifications)
      .where(or(like(notifications.cause_key, 'decision:%'), like(notifications.cause_key, 'offer:%'))),
    audits: await db
      .select({ action: audit_log.action, subjectId: audit_log.subject_id, after: audit_log.after })
      .from(audit_log)
      .where(inArray(audit_log.action, ['auction.decided', 'offer.accepted', 'auction.second_chance'])),
    invoices: (await db.select().from(invoices)).map(({ id, order_id }) => ({
      orderId: order_id,
      lines: (lines.get(id) ?? []).map(({ kind, amount_cents }) => ({ kind, amount: amount_cents })),
    })),
  }
}

/** Deadlines that have passed, or will in a moment, and that nobody has applied yet; in words. */
export async function findDueTalks(url: string): Promise<string[]> {
  const db = open(url)
  const soon = new Date(Date.now() + HOUR_MS)
  const decisions = await db
    .select({ id: auction_decisions.auction_id })
    .from(auction_decisions)
    .where(lt(auction_decisions.deadline_at, soon))
  const rounds = await db
    .select({ id: offers.id })
    .from(offers)
    .where(and(isNotNull(offers.standing_key), eq(offers.status, 'pending'), lt(offers.expires_at, soon)))
  return [
    ...decisions.map(({ id }) => `the decision over auction ${id}`),
    ...rounds.map(({ id }) => `the offer ${id}`),
  ]
}

/** What was negotiated about one vehicle, and what MySQL has of it. */
export interface TalkEvidence {
  readonly acts: readonly Act[]
  readonly moved: readonly MovedDeadline[]
  readonly decision: DecisionRow | null
  readonly rounds: readonly OfferRow[]
  readonly notices: readonly TalkNotice[]
  readonly audits: readonly TalkAudit[]
  /** Epoch milliseconds: deadlines before it have been applied. */
  readonly readAt: number
}

/** What belongs to one vehicle, and to its auction if it was up for one. */
export function talkOf(
  { book, rows, readAt }: { book: TalkBook; rows: TalkRows; readAt: number },
  { vehicleId, auctionId }: { vehicleId: number; auctionId: number | null },
): TalkEvidence {
  const rounds = rows.offers.filter(({ vehicle_id }) => vehicle_id === vehicleId)
  const ids = new Set(rounds.map(({ id }) => id))
  const isOurs = (cause: string) => {
    const [subject, id] = cause.split(':')
    return subject === 'decision' ? Number(id) === auctionId : ids.has(Number(id))
  }
  return {
    acts: book.acts.filter((act) => act.vehicleId === vehicleId),
    moved: book.moved.filter((moved) => moved.vehicleId === vehicleId),
    decision: rows.decisions.find(({ vehicle_id }) => vehicle_id === vehicleId) ?? null,
    rounds,
    notices: rows.notices.filter(({ cause }) => isOurs(cause)),
    audits: rows.audits.filter(({ action, subjectId }) =>
      action.startsWith('auction.') ? subjectId === auctionId : ids.has(subjectId),
    ),
    readAt,
  }
}
