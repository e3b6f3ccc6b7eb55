import { sql } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { audit_log } from '../db/schema/audit-log.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { AuditSubject } from './audit-subjects.ts'

export { AUDIT_SUBJECT } from './audit-subjects.ts'

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
