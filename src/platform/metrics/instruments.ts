import type { Role } from '../actor.ts'
import type { ErrorCode } from '../errors.ts'
import { Counter as PromCounter, Histogram as PromHistogram, Registry } from './prometheus.ts'

/** Label values come from code alone, never from a request: each combination is kept for good. */
export interface Counter<Labels> {
  inc(labels: Labels, by?: number): void
}
export interface Histogram<Labels> {
  observe(labels: Labels, value: number): void
}

type NoLabels = Record<string, never>

/** Everything that is counted where it happens. Durations are in seconds. */
export interface Instruments {
  bids: Counter<{ auction_type: 'timed'; result: 'accepted' | ErrorCode }>
  bidAmounts: Histogram<NoLabels>
  auctions: Counter<{ status: 'scheduled' | 'active' | 'ended' | 'cancelled' }>
  userRegistrations: Counter<{ role: Role }>
  orders: Counter<{ status: string }>
  orderValues: Histogram<NoLabels>
  payments: Counter<{ type: string; status: string }>
  vehicles: Counter<{ status: string }>
  vinDecodes: Histogram<{ provider: string; status: string }>
  externalCalls: Histogram<{ service: string; endpoint: string; status: string }>
  externalErrors: Counter<{ service: string; error_type: string }>
  dbQueries: Histogram<{ status: 'answered' | 'unanswered' }>
  redisDurations: Histogram<{ operation: string }>
  redisOperations: Counter<{ operation: string; status: string }>
  httpRequests: Counter<{ method: string; route: string; status: string }>
  httpDurations: Histogram<{ method: string; route: string }>
}

const LOSS = 'What an isolate had counted in its last 5 seconds is lost when it dies.'
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const PRICE_DOLLARS = [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000]

/** A set of instruments of its own registry, all at zero. */
export function createInstruments(): { instruments: Instruments; registry: Registry } {
  const registry = new Registry()
  const common = (name: string, help: string) => ({ name, help: `${help}. ${LOSS}`, registers: [registry] })
  const count = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new PromCounter({ ...common(name, help), labelNames })
  const measure = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    buckets: number[],
  ) => new PromHistogram({ ...common(name, help), labelNames, buckets })

  const instruments: Instruments = {
    bids: count('auction_bids_total', 'Bids by what became of them', ['auction_type', 'result']),
    bidAmounts: measure('auction_bid_amount_dollars', 'Amounts of accepted bids', [], PRICE_DOLLARS),
    auctions: count('auctions_total', 'Auctions that came into a status', ['status']),
    userRegistrations: count('user_registrations_total', 'Users created', ['role']),
    orders: count('orders_total', 'Orders that came into a status', ['status']),
    orderValues: measure('order_value_dollars', 'Vehicle prices of orders', [], PRICE_DOLLARS),
    payments: count('payments_total', 'Payments that came into a status', ['type', 'status']),
    vehicles: count('vehicles_total', 'Vehicles that came into a status', ['status']),
    vinDecodes: measure(
      'vin_decode_duration_seconds',
      'Time to decode a VIN',
      ['provider', 'status'],
      CALL_SECONDS,
    ),
    externalCalls: measure(
      'external_api_duration_seconds',
      'Time that calls to vendors took',
      ['service', 'endpoint', 'status'],
      CALL_SECONDS,
    ),
    externalErrors: count('external_api_errors_total', 'Failed calls to vendors', ['service', 'error_type']),
    dbQueries: measure(
      'db_query_duration_seconds',
      'Time that calls to MySQL took',
      ['status'],
      CALL_SECONDS,
    ),
    redisDurations: measure(
      'redis_operation_duration_seconds',
      'Time that calls to Redis took',
      ['operation'],
      CALL_SECONDS,
    ),
    redisOperations: count('redis_operations_total', 'Calls to Redis', ['operation', 'status']),
    httpRequests: count('http_requests_total', 'Requests answered', ['method', 'route', 'status']),
    httpDurations: measure(
      'http_request_duration_seconds',
      'Time to answer a request',
      ['method', 'route'],
      CALL_SECONDS,
    ),
  }
  return { instruments, registry }
}
