import { sql } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { audit_log } from '../db/schema/audit-log.ts'
import type { RequestContext } from '../platform/hono.ts'

/** What a change is recorded of (M17). */
export const AUDIT_SUBJECT = {
  auction: 'auction',
  bid: 'bid',
  offer: 'offer',
  order: 'order',
  payment: 'payment',
  refund: 'refund',
  sellerProfile: 'seller_profile',
  title: 'title',
  transport: 'transport',
  user: 'user',
  vehicle: 'vehicle',
} as const
export type AuditSubject = (typeof AUDIT_SUBJECT)[keyof typeof AUDIT_SUBJECT]

/** Who caused a change: a request's caller, or nobody where a deadline did. */
export type AuditContext = Pick<RequestContext, 'requestId' | 'now'> & {
  actor?: RequestContext['actor']
  address?: RequestContext['address']
}

export interface AuditEntry {
  /** What was done, as `order.cancelled`. */
  action: string
  subject: AuditSubject
  subjectId: number
  /** The fields that changed, as they were and as they are. Never a secret: no tax id, no maximum. */
  before: unknown
  after: unknown
  /** Where the change is not guarded otherwise: the same cause is recorded once. */
  causeKey?: string
}

/** Appends to the audit log, in the transaction of what it tells (M17). */
export async function recordAudit(tx: Executor, ctx: AuditContext, entry: AuditEntry): Promise<void> {
  await tx
    .insert(audit_log)
    .values({
      actor_id: ctx.actor?.userId ?? null,
      action: entry.action,
      subject: entry.subject,
      subject_id: entry.subjectId,
      before: entry.before,
      after: entry.after,
      address: ctx.address ?? null,
      request_id: ctx.requestId,
      cause_key: entry.causeKey ?? null,
      created_at: new Date(ctx.now),
    })
    .onDuplicateKeyUpdate({ set: { cause_key: sql`cause_key` } })
}
