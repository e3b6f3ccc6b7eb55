import { formatAmount } from '../lib/money.ts'
import { AppError } from '../platform/errors.ts'
import type { Bounds } from './offer.ts'

/** What an amount outside its bounds is answered with: 400, naming them. */
export function refuseAmount({ above, below }: Bounds): AppError {
  const bounds = [
    ...(above === null ? [] : [`above ${formatAmount(above)}`]),
    ...(below === null ? [] : [`below ${formatAmount(below)}`]),
  ]
  const message = `Must be ${bounds.join(' and ')}`
  return new AppError('validation_failed', message, { details: [{ path: 'amount', message }] })
}
