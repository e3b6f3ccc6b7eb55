import { isEnded, type OrderStatus, PAID_STATUSES } from '../orders/order.ts'

export const TITLE_STATUS = {
  pending: 'pending',
  submittedToDmv: 'submitted_to_dmv',
  processing: 'processing',
  completed: 'completed',
  rejected: 'rejected',
} as const
export type TitleStatus = (typeof TITLE_STATUS)[keyof typeof TITLE_STATUS]
export const TITLE_STATUSES = Object.values(TITLE_STATUS)

export const TITLE_DOCUMENT_TYPES = ['title', 'bill_of_sale'] as const
export type TitleDocumentType = (typeof TITLE_DOCUMENT_TYPES)[number]
export const MAX_TITLE_DOCUMENTS = 20

const S = TITLE_STATUS

/** What may follow each status of a title's transfer (M10): what was rejected is submitted again. */
const MOVES: Record<TitleStatus, readonly TitleStatus[]> = {
  pending: [S.submittedToDmv],
  submitted_to_dmv: [S.processing, S.rejected],
  processing: [S.completed, S.rejected],
  rejected: [S.submittedToDmv],
  completed: [],
}

/** Whether a transfer may go from one status to the other (M10). */
export const mayMoveTitle = (from: TitleStatus, to: TitleStatus): boolean => MOVES[from].includes(to)

/** A transfer goes on while its order is paid for, and after the vehicle has come; not once the sale is off. */
export const isTitleOpen = (order: OrderStatus): boolean => PAID_STATUSES.includes(order)

/** Once the sale is off its buyer sees no documents any more. */
export const areDocumentsOpen = (order: OrderStatus): boolean => !isEnded(order)

export interface TitleDeadline {
  readonly status: TitleStatus
  readonly due_at: Date
  readonly late_at: Date | null
}

/** Whether a transfer became late by `now` (epoch milliseconds) and nobody has heard of it; judged at `due_at` (M10). */
export const isLateAt = ({ status, due_at, late_at }: TitleDeadline, now: number): boolean =>
  status !== S.completed && late_at === null && due_at.getTime() <= now
