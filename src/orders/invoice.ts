import { addCents, type Cents, cents, formatAmount, higherOf, lowerOf, ZERO_CENTS } from '../lib/money.ts'
import type { FeeTerms, RateFee } from '../market/terms.ts'

export const INVOICE_LINE_KIND = {
  vehicle: 'vehicle',
  buyerFee: 'buyer_fee',
  titleFee: 'title_fee',
  transportFee: 'transport_fee',
  transportCredit: 'transport_credit',
  tax: 'tax',
  lateFee: 'late_fee',
} as const
export type InvoiceLineKind = (typeof INVOICE_LINE_KIND)[keyof typeof INVOICE_LINE_KIND]

export interface InvoiceLine {
  readonly kind: InvoiceLineKind
  readonly description: string
  /** How the amount was found, in words. */
  readonly rule: string
  readonly amount: Cents
}

const BASIS_POINTS_PER_WHOLE = 10_000

/** `rate` of `amount`, rounded half up to the cent, in integers (M5). */
export function shareOf(amount: Cents, basisPoints: number): Cents {
  return cents(Math.floor((amount * basisPoints + BASIS_POINTS_PER_WHOLE / 2) / BASIS_POINTS_PER_WHOLE))
}

/** A share within its bounds: rounded first, then clamped (M5). */
export const rateFeeOf = (price: Cents, { basisPoints, min, max }: RateFee): Cents =>
  lowerOf(higherOf(shareOf(price, basisPoints), min), max)

const percent = (basisPoints: number): string => `${basisPoints / 100} %`

/** How a schedule of fees names the state of an address: `tx ` is `TX`. */
export const taxStateOf = (state: string | null): string | null => state?.trim().toUpperCase() || null

/**
 * The lines of a sale at `price` (M5): what the quote before the bid and the invoice after it say alike. `buyerState`
 * as in the buyer's address; tax is there where the schedule sets one for it. `priceRule` says how the price came.
 */
export function composeLines(
  fees: FeeTerms,
  price: Cents,
  buyerState: string | null,
  priceRule = 'Hammer price',
): InvoiceLine[] {
  const { buyerFee, titleFee, taxBasisPointsByState } = fees
  const lines: InvoiceLine[] = [
    { kind: INVOICE_LINE_KIND.vehicle, description: 'Vehicle', rule: priceRule, amount: price },
    {
      kind: INVOICE_LINE_KIND.buyerFee,
      description: 'Buyer’s fee',
      rule:
        `${percent(buyerFee.basisPoints)} of ${formatAmount(price)}, at least ${formatAmount(buyerFee.min)}, ` +
        `at most ${formatAmount(buyerFee.max)}`,
      amount: rateFeeOf(price, buyerFee),
    },
    { kind: INVOICE_LINE_KIND.titleFee, description: 'Title fee', rule: 'Fixed', amount: titleFee },
  ]
  const state = taxStateOf(buyerState)
  const taxBasisPoints = state === null ? 0 : (taxBasisPointsByState[state] ?? 0)
  if (taxBasisPoints > 0) {
    lines.push({
      kind: INVOICE_LINE_KIND.tax,
      description: `Sales tax (${state})`,
      rule: `${percent(taxBasisPoints)} of ${formatAmount(price)}`,
      amount: shareOf(price, taxBasisPoints),
    })
  }
  return lines
}

export const sumOf = (lines: readonly Pick<InvoiceLine, 'amount'>[]): Cents =>
  lines.reduce((sum, { amount }) => addCents(sum, amount), ZERO_CENTS)

/** The amount of the line of this kind; zero without one. */
export const amountOf = (lines: readonly InvoiceLine[], kind: InvoiceLineKind): Cents =>
  lines.find((line) => line.kind === kind)?.amount ?? ZERO_CENTS
