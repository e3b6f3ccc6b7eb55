import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { termsWith } from '../engine/sale.ts'
import { api } from '../support/api.ts'
import { insertAuction } from '../support/auction-rows.ts'
import { hangingUrl } from '../support/control.ts'
import { query, withFault } from '../support/database.ts'
import { growthOf, sampleOf } from '../support/scrape.ts'
import { setVariables } from '../support/variables.ts'

const METRICS_TOKEN = 'a-token-for-scraping'

describe('the scrape', () => {
  test('has every metric by its name, touched or not', async () => {
    const { text, headers } = (await api('GET', '/metrics')).expect(200)
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`)
    expect(names.sort()).toEqual([
      'auction_active_count gauge',
      'auction_bid_amount_dollars histogram',
      'auction_bids_total counter',
      'auction_projection_lag_events gauge',
      'auction_projection_stuck gauge',
      'auctions_total counter',
      'db_query_duration_seconds histogram',
      'external_api_duration_seconds histogram',
      'external_api_errors_total counter',
      'http_request_duration_seconds histogram',
      'http_requests_total counter',
      'order_value_dollars histogram',
      'orders_total counter',
      'payments_total counter',
      'redis_operation_duration_seconds histogram',
      'redis_operations_total counter',
      'user_registrations_total counter',
      'vehicles_total counter',
      'vin_decode_duration_seconds histogram',
      'websocket_connections_active gauge',
    ])
  })

  test('the help texts say what is lost when an isolate dies', async () => {
    const { text } = await api('GET', '/metrics')
    const help = text.split('\n').find((line) => line.startsWith('# HELP http_requests_total'))
    expect(help).toContain('lost when it dies')
  })

  test('each request is counted once, by route and status', async () => {
    const series = 'http_requests_total{method="GET",route="/health",status="200"}'
    const growth = await growthOf(series, () =>
      Promise.all(Array.from({ length: 25 }, () => api('GET', '/health'))),
    )
    expect(growth).toBe(25)
  })

  test('refusals are counted too, unknown paths in one series', async () => {
    const unmatched = 'http_requests_total{method="GET",route="unmatched",status="404"}'
    expect(await growthOf(unmatched, () => api('GET', `/${crypto.randomUUID()}`))).toBe(1)
    const refused = 'http_requests_total{method="GET",route="/api/auth/me",status="401"}'
    expect(await growthOf(refused, () => api('GET', '/api/auth/me'))).toBe(1)
  })

  test('what a client makes up never becomes a label', async () => {
    const madeUp = `X${crypto.randomUUID().replaceAll('-', '')}`
    await api('PROPFIND', `/api/${madeUp}`, { headers: { 'X-Request-ID': madeUp } })
    await api('GET', `/health?${madeUp}`)
    const { text } = await api('GET', '/metrics')
    expect(text).not.toContain(madeUp)
    expect(text).not.toContain('PROPFIND')
    expect(text).toMatch(/http_requests_total\{method="other",route="unmatched",status="404"\} 1/)
  })

  test('calls to MySQL are timed', async () => {
    const series = 'db_query_duration_seconds_count{status="answered"}'
    expect(await growthOf(series, () => api('GET', '/health/detailed'))).toBeGreaterThanOrEqual(1)
    const unanswered = 'db_query_duration_seconds_count{status="unanswered"}'
    const growth = await growthOf(unanswered, () =>
      withFault({ mode: 'refuse' }, () => api('GET', '/health/detailed')),
    )
    expect(growth).toBe(1)
  })

  test('calls to Redis are counted by their outcome', async () => {
    const success = 'redis_operations_total{operation="ping",status="success"}'
    expect(await growthOf(success, () => api('GET', '/health/detailed'))).toBe(1)
    setVariables({ UPSTASH_REDIS_REST_URL: hangingUrl() })
    const timeout = 'redis_operations_total{operation="ping",status="timeout"}'
    expect(await growthOf(timeout, () => api('GET', '/health/detailed'))).toBe(1)
  })

  test('active auctions are counted in MySQL at the scrape', async () => {
    const before = (await sampleOf('auction_active_count')) ?? Number.NaN
    await insertAuctions(['active', 'ended', 'active', 'scheduled', 'cancelled'])
    expect(await sampleOf('auction_active_count')).toBe(before + 2)
  })

  test('with MySQL hanging the number of active auctions is missing, and nothing else', async () => {
    const { text } = await withFault({ mode: 'hang' }, () => api('GET', '/metrics'))
    expect(text).toContain('# TYPE auction_active_count gauge')
    expect(text).not.toMatch(/^auction_active_count /m)
    expect(text).toMatch(/^websocket_connections_active \d/m)
    expect(text).toMatch(/^http_requests_total\{/m)
  })

  test('is 503 where the sums cannot be had', async () => {
    const away = () => {
      throw new Error('The object is overloaded')
    }
    setVariables({ METRICS: { getByName: () => ({ add: away, read: away }) } })
    const answer = await api('GET', '/metrics')
    expect([answer.status, answer.at('code')]).toEqual([503, 'unavailable'])
  })
})

describe('the scrape outside development', () => {
  const scrape = (authorization?: string) =>
    api('GET', '/metrics', { headers: authorization === undefined ? {} : { authorization } })

  test('is for those who hold the token', async () => {
    setVariables({ ENVIRONMENT: 'production', METRICS_TOKEN })
    expect((await scrape(`Bearer ${METRICS_TOKEN}`)).status).toBe(200)
  })

  test.each([
    undefined,
    '',
    'Bearer ',
    `Bearer ${METRICS_TOKEN}x`,
    `Bearer ${METRICS_TOKEN.slice(1)}`,
    METRICS_TOKEN,
  ])('is 401 with the authorization %j', async (authorization) => {
    setVariables({ ENVIRONMENT: 'production', METRICS_TOKEN })
    const answer = await scrape(authorization)
    expect([answer.status, answer.at('code')]).toEqual([401, 'unauthenticated'])
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(answer.text).not.toContain('http_requests_total')
  })

  test.each([undefined, 'Bearer ', 'Bearer undefined'])(
    'is 404 where no token is configured, with the authorization %j',
    async (authorization) => {
      setVariables({ ENVIRONMENT: 'production', METRICS_TOKEN: '' })
      const answer = await scrape(authorization)
      expect([answer.status, answer.at('code')]).toEqual([404, 'not_found'])
    },
  )
})

/** Scheduled auctions, then set to these statuses: what the scrape counts is the row. */
async function insertAuctions(statuses: string[]): Promise<void> {
  const { db } = createDeps(env)
  for (const status of statuses) {
    const { terms } = await insertAuction(db, termsWith())
    await query('UPDATE auctions SET status = ? WHERE id = ?', [status, terms.auctionId])
  }
}
