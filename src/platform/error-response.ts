import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { AppError, type ErrorCode } from './errors.ts'

const CONFLICT = 409
const STATUS: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  validation_failed: 400,
  amount_invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  own_auction: 403,
  not_eligible: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  unsupported_media_type: 415,
  upgrade_required: 426,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
}
const RETRY_AFTER_DEFAULT_SECONDS: Partial<Record<ErrorCode, number>> = {
  rate_limited: 1,
  in_progress: 1,
  unavailable: 5,
}

export const statusOf = (code: ErrorCode): ContentfulStatusCode => STATUS[code] ?? CONFLICT

/** What Hono itself throws (bad JSON, mostly) in our own terms; anything unknown is `internal` and says no more. */
function fromUnknown(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof HTTPException) {
    if (error.status === 413) return new AppError('too_large')
    if (error.status < 500)
      return new AppError('validation_failed', error.message || 'The request is not valid')
  }
  return new AppError('internal')
}

/** The one error shape: `{error, code, request_id, details?}`. Messages and stacks of unknown errors stay inside. */
export function respondWithError(c: Context, requestId: string, thrown: unknown): Response {
  const error = fromUnknown(thrown)
  const status = statusOf(error.code)
  const retryAfter = error.retryAfterSeconds ?? RETRY_AFTER_DEFAULT_SECONDS[error.code]
  if (retryAfter !== undefined) c.header('Retry-After', String(Math.max(1, Math.ceil(retryAfter))))
  return c.json(
    {
      ...error.extra,
      error: error.message,
      code: error.code,
      request_id: requestId,
      ...(status === 400 && error.details ? { details: error.details } : {}),
    },
    status,
  )
}
