import { eq } from 'drizzle-orm'
import { title_transfers } from '../db/schema/fulfillment.ts'
import { orders } from '../db/schema/orders.ts'
import type { OrderRow } from '../orders/context.ts'
import { countingMoves, lockOrder } from '../orders/move-order.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT } from '../users/audit.ts'
import { applyTitleDue } from './apply-due.ts'
import { completeIfDone } from './complete-order.ts'
import type { FulfillmentContext, TitleRow } from './context.ts'
import { requireAllowed, requireLockedTitle } from './find-fulfillment.ts'
import { ACTION_OF_TITLE } from './permissions.ts'
import { type Change, isRecorded, nameChange, recordChange } from './record-change.ts'
import type { Title, TitleChange } from './schemas.ts'
import { getTitle } from './show-title.ts'
import { isTitleOpen, mayMoveTitle, TITLE_STATUS } from './title.ts'

/** What people read of each change. */
const HEADLINES: Record<TitleChange['status'], string> = {
  submitted_to_dmv: 'The title was submitted',
  processing: 'The title is being processed',
  completed: 'The title’s transfer is complete',
  rejected: 'The title was rejected',
}

/**
 * Moves the transfer of a title on (M10): the seller submits, an admin says what became of it. A title that has come
 * ends its buyer's right to cancel; with the vehicle delivered it completes the order.
 * @throws AppError `not_found`, `forbidden`, `wrong_status`
 */
export async function changeTitle(
  ctx: FulfillmentContext & SignedIn,
  orderId: number,
  change: TitleChange,
): Promise<Title> {
  const { buyer_id, seller_id } = await requireAllowed(ctx, orderId, [ACTION_OF_TITLE[change.status]])
  await applyTitleDue(ctx, orderId)
  const key = nameChange()
  await countingMoves(ctx, (begin) =>
    ctx.db.transaction(async (tx) => {
      const moving = begin()
      const order = await lockOrder(tx, orderId)
      if (await isRecorded(tx, key)) return
      const title = await requireLockedTitle(tx, orderId)
      requireMovable(order, title, change)
      const moved = stampsOf(change, new Date(ctx.now))
      await tx.update(title_transfers).set(moved).where(eq(title_transfers.id, title.id))
      await recordChange(tx, moving, describeMove(key, order, title, change))
      if (change.status !== TITLE_STATUS.completed) return
      await tx.update(orders).set({ may_cancel_since: null }).where(eq(orders.id, orderId))
      await completeIfDone(tx, moving, orderId)
    }),
  )
  ctx.announce([buyer_id, seller_id])
  return await getTitle(ctx, orderId)
}

function requireMovable(order: OrderRow, title: TitleRow, { status }: TitleChange): void {
  if (!isTitleOpen(order.status)) throw new AppError('wrong_status', `The order is ${order.status}`)
  if (!mayMoveTitle(title.status, status))
    throw new AppError('wrong_status', `A title that is ${title.status} cannot become ${status}`)
}

function stampsOf(change: TitleChange, at: Date): Partial<TitleRow> {
  const moved = { status: change.status, updated_at: at }
  switch (change.status) {
    case TITLE_STATUS.submittedToDmv:
      return { ...moved, submitted_at: at, rejection_reason: null }
    case TITLE_STATUS.rejected:
      return { ...moved, rejection_reason: change.reason }
    case TITLE_STATUS.completed:
      return { ...moved, completed_at: at, next_attempt_at: null }
    default:
      return moved
  }
}

function describeMove(key: string, order: OrderRow, title: TitleRow, change: TitleChange): Change {
  const reason = change.status === TITLE_STATUS.rejected ? change.reason : null
  return {
    key,
    order,
    subject: AUDIT_SUBJECT.title,
    subjectId: title.id,
    action: `title.${change.status}`,
    before: { status: title.status },
    after: { status: change.status, ...(reason === null ? {} : { reason }) },
    title: HEADLINES[change.status],
    message: reason ?? '',
    data: { title_status: change.status },
  }
}
