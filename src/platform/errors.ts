export interface ErrorDetail {
  path: string
  message: string
}

/** Every code that a client may see, with the message used where the thrower has no better one. */
export const ERROR_MESSAGES = {
  validation_failed: 'The request is not valid',
  amount_invalid: 'The amount is not valid',
  unauthenticated: 'Authentication required',
  forbidden: 'Not allowed',
  own_auction: 'You cannot bid on your own auction',
  not_eligible: 'You may not bid at present',
  not_found: 'Not found',
  method_not_allowed: 'Method not allowed',
  id_reused: 'This id was used before with other content',
  in_progress: 'The first request with this key is still running',
  email_taken: 'This email address belongs to another account',
  duplicate_vin: 'This VIN is in another live listing',
  wrong_status: 'Not possible in the present status',
  not_uploaded: 'The file has not been uploaded',
  too_many_images: 'A vehicle has at most 40 images',
  too_many_searches: 'A person has at most 50 saved searches',
  cancelled: 'The auction was cancelled',
  ended: 'The auction has ended',
  not_active: 'The auction has not opened yet',
  already_leading: 'You are leading already',
  too_low: 'The bid is below the least acceptable bid',
  buying_power: 'The bid exceeds your buying power',
  buy_now_gone: 'Buy now is no longer available',
  has_bids: 'The auction has bids',
  reserve_locked: 'Until it is met, a reserve can be lowered once, or dropped',
  not_your_turn: 'It is not your turn',
  offer_stands: 'An offer stands already',
  rounds_used: 'There are no more rounds: accept or reject',
  no_next_bidder: 'There is no next bidder to offer it to',
  too_much: 'The amount is more than there is',
  not_voidable: 'This bid cannot be voided',
  too_large: 'The request body is too large',
  unsupported_media_type: 'The content type must be application/json',
  upgrade_required: 'This address is a WebSocket',
  rate_limited: 'Too many requests',
  unavailable: 'The service is not available at the moment',
  internal: 'Internal error',
} as const

export type ErrorCode = keyof typeof ERROR_MESSAGES

export interface ErrorOptions {
  /** Only with 400: which fields are wrong. */
  details?: ErrorDetail[]
  /** Seconds; only with `rate_limited`, `unavailable` and `in_progress`. */
  retryAfterSeconds?: number
  /** Further fields of the body, such as `minimum_bid` with `too_low`. */
  extra?: Record<string, unknown>
  cause?: unknown
}

/** An expected refusal. Knows no HTTP: `error-response.ts` gives each code its status. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetail[] | undefined
  readonly retryAfterSeconds: number | undefined
  readonly extra: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string = ERROR_MESSAGES[code], options: ErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details
    this.retryAfterSeconds = options.retryAfterSeconds
    this.extra = options.extra
  }
}
