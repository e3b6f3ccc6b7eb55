import { Webhook } from 'standardwebhooks'
import * as z from 'zod'
import { type Cents, dollars } from '../lib/money.ts'
import type { PaymentMethod } from '../orders/payment.ts'
import { AppError } from '../platform/errors.ts'

/** A payment came into a status, at the provider. */
export interface PaymentEvent {
  type: 'payment'
  status: 'pending' | 'authorized' | 'captured' | 'failed'
  orderNumber: string
  /** The provider's own name of the payment. */
  reference: string
  amount: Cents
  method: PaymentMethod
}

/** A refund that was asked for here came to its end, at the provider. */
export interface RefundEvent {
  type: 'refund'
  status: 'processed' | 'failed'
  orderNumber: string
  /** Of the payment that it gives back. */
  reference: string
  refundId: number
  amount: Cents
  method: PaymentMethod
}

export type ProviderEvent = PaymentEvent | RefundEvent | { type: 'other' }

/** A company that moves money and tells of it by signed messages. */
export interface PaymentProvider {
  /** As in the path of its webhook, and beside each of its references. */
  readonly name: string
  /**
   * What a message tells, or null where its signature is not good.
   * @throws AppError `validation_failed` for a message of another form
   */
  readMessage(headers: Headers, body: string): ProviderEvent | null
}

const METHOD: { [Name in PaymentMethod]: Name } = { card: 'card', ach: 'ach', wire: 'wire', check: 'check' }
const printable = (maxChars: number) =>
  z
    .string()
    .max(maxChars)
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/)

const told = {
  order_number: printable(32),
  reference: printable(128),
  amount: dollars,
  method: z.enum(METHOD),
}
const paymentData = z.object(told)
const refundData = z.object({ ...told, refund_id: z.int().positive() })

const eventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.enum(['payment.pending', 'payment.authorized', 'payment.captured', 'payment.failed']),
    data: paymentData,
  }),
  z.object({ type: z.enum(['refund.processed', 'refund.failed']), data: refundData }),
])
const namedSchema = z.object({ type: z.string() })
const KNOWN_TYPES: readonly string[] = eventSchema.options.flatMap(
  ({ shape }): readonly string[] => shape.type.options,
)

/**
 * The plain form of events, signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`):
 *
 *     {"type": "payment.captured", "data": {"order_number": "ORD-20261123-A7", "reference": "pay_81", "amount": 1250.5, "method": "ach"}}
 *     {"type": "refund.processed", "data": {…the payment's own…, "amount": 250, "refund_id": 12}}
 *
 * `payment.pending, payment.authorized, payment.captured, payment.failed`; `refund.processed, refund.failed`. Amounts
 * are dollars, `refund_id` is the id that the refund has here. Other types are taken and mean nothing.
 */
export class StandardPaymentProvider implements PaymentProvider {
  readonly name = 'standard'
  readonly #webhook: Webhook

  /** @param signingSecret `whsec_` and base64 */
  constructor(signingSecret: string) {
    this.#webhook = new Webhook(signingSecret)
  }

  readMessage(headers: Headers, body: string): ProviderEvent | null {
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
    const signature = Object.fromEntries(names.map((name) => [name, headers.get(name) ?? '']))
    try {
      this.#webhook.verify(body, signature, { jsonParse: false })
    } catch {
      return null
    }
    return readEvent(body)
  }
}

function readEvent(body: string): ProviderEvent {
  const content = parseJson(body)
  const named = namedSchema.safeParse(content)
  if (named.success && !KNOWN_TYPES.includes(named.data.type)) return { type: 'other' }
  const parsed = eventSchema.safeParse(content)
  if (!parsed.success) throw unknownForm(parsed.error)
  const event = parsed.data
  const { order_number: orderNumber, reference, amount, method } = event.data
  const common = { orderNumber, reference, amount, method }
  switch (event.type) {
    case 'payment.pending':
      return { type: 'payment', status: 'pending', ...common }
    case 'payment.authorized':
      return { type: 'payment', status: 'authorized', ...common }
    case 'payment.captured':
      return { type: 'payment', status: 'captured', ...common }
    case 'payment.failed':
      return { type: 'payment', status: 'failed', ...common }
    case 'refund.processed':
      return { type: 'refund', status: 'processed', refundId: event.data.refund_id, ...common }
    case 'refund.failed':
      return { type: 'refund', status: 'failed', refundId: event.data.refund_id, ...common }
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw unknownForm(cause)
  }
}

const unknownForm = (cause: unknown): AppError =>
  new AppError('validation_failed', 'The message has an unknown form', { cause })

/** The providers whose variables are set, by name. */
export function createPaymentProviders(variables: {
  standardSecret: string | undefined
}): ReadonlyMap<string, PaymentProvider> {
  const { standardSecret } = variables
  const providers = standardSecret === undefined ? [] : [new StandardPaymentProvider(standardSecret)]
  return new Map(providers.map((provider) => [provider.name, provider]))
}
