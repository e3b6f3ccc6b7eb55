import { isBeyondCounted, type PageRequest } from '../lib/pagination.ts'
import { AppError } from '../platform/errors.ts'

/** @throws AppError `validation_failed` for a page beyond the first 10 000 rows, or a cursor of another order */
export function requireOwnPage(request: PageRequest, sort: string): void {
  if (isBeyondCounted(request)) throw refuse('page', 'Pages end at row 10 000: go on with next_cursor')
  if (request.cursor && request.cursor.sort !== sort) throw refuse('cursor', 'Not a cursor of this order')
}

const refuse = (path: string, message: string) =>
  new AppError('validation_failed', message, { details: [{ path, message }] })
