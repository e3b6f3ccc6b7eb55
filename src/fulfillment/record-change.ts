import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { audit_log } from '../db/schema/audit-log.ts'
import { NOTIFICATION_TYPE, type NotificationType } from '../notifications/notification.ts'
import type { OrderRow } from '../orders/context.ts'
import { AUDIT_SUBJECT, type AuditContext, recordAudit } from '../users/audit.ts'
import type { AuditSubject } from '../users/audit-subjects.ts'

/** What one change is recorded and told under; made before its transaction, which may be run twice. */
export const nameChange = (): string => `handover:${crypto.randomUUID()}`

/** Whether the first run of this very transaction made the change, and only its answer was lost. */
export async function isRecorded(tx: Transaction, changeKey: string): Promise<boolean> {
  const [entry] = await tx
    .select({ id: audit_log.id })
    .from(audit_log)
    .where(eq(audit_log.cause_key, changeKey))
    .limit(1)
  return entry !== undefined
}

export interface Change {
  readonly key: string
  readonly order: OrderRow
  readonly subject: Extract<AuditSubject, 'title' | 'transport'>
  readonly subjectId: number
  /** As `title.completed`. */
  readonly action: string
  readonly before: unknown
  readonly after: unknown
  /** What people read, and what programs do beside the order's and vehicle's ids. */
  readonly title: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
}

const NOTICE_TYPES: Record<Change['subject'], NotificationType> = {
  [AUDIT_SUBJECT.title]: NOTIFICATION_TYPE.titleUpdate,
  [AUDIT_SUBJECT.transport]: NOTIFICATION_TYPE.transportUpdate,
}

/** Records a change of title or transport, and tells buyer and seller, but not whoever made it (M13, M17). */
export async function recordChange(tx: Transaction, ctx: AuditContext, change: Change): Promise<void> {
  const { key, order, subject, subjectId, action, before, after, title, message, data } = change
  await recordAudit(tx, ctx, { action, subject, subjectId, before, after, causeKey: key })
  const told = [order.buyer_id, order.seller_id].filter((userId) => userId !== ctx.actor?.userId)
  await insertNotices(
    tx,
    told.map((userId) => ({
      userId,
      type: NOTICE_TYPES[subject],
      title: `${title}: order ${order.order_number}`,
      message,
      data: { order_id: order.id, vehicle_id: order.vehicle_id, ...data },
      causeKey: key,
      createdAt: ctx.now,
    })),
  )
}
