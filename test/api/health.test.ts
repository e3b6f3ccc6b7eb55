import { expect, test } from 'vitest'
import { detailedHealthSchema } from '../../src/health/schemas.ts'
import { type ApiResponse, api } from '../support/api.ts'
import { hangingUrl } from '../support/control.ts'
import { withFault } from '../support/database.ts'
import { REFUSING_URL, setVariables, variableOf } from '../support/variables.ts'

/** Two seconds, and what a busy machine adds. */
const BOUND_MS = 3_500

const askDetails = () => api('GET', '/health/detailed')
const servicesOf = (answer: ApiResponse) => answer.as(detailedHealthSchema).services

test('GET /health says healthy, with the database away too', async () => {
  const answer = await withFault({ mode: 'hang' }, () => api('GET', '/health'))
  expect([answer.status, answer.body]).toEqual([200, { status: 'healthy' }])
})

test('GET /health/detailed tells of every service how long it took to answer', async () => {
  const answer = await askDetails()
  expect(answer.status).toBe(200)
  const { status, services } = answer.as(detailedHealthSchema)
  expect(status).toBe('healthy')
  for (const service of ['mysql', 'redis', 's3'] as const) {
    expect(services[service]).toEqual({ status: 'healthy', latency_ms: expect.any(Number) })
  }
})

/** What each service says where one is down: the answer comes within the bound. */
async function askDegraded(ask: () => Promise<ApiResponse> = askDetails) {
  const startedMs = Date.now()
  const answer = await ask()
  expect(Date.now() - startedMs).toBeLessThan(BOUND_MS)
  expect([answer.status, answer.at('status')]).toEqual([503, 'degraded'])
  return servicesOf(answer)
}

test.each([
  ['hangs', { mode: 'hang' }, 'No answer within 2 s'],
  ['refuses', { mode: 'refuse' }, 'Not reachable'],
] as const)('a MySQL that %s makes it 503 degraded within the bound', async (_how, fault, error) => {
  expect(await askDegraded(() => withFault(fault, askDetails))).toMatchObject({
    mysql: { status: 'unhealthy', error },
    redis: { status: 'healthy' },
    s3: { status: 'healthy' },
  })
})

test.each([
  ['a Redis that hangs', 'redis', 'UPSTASH_REDIS_REST_URL', () => hangingUrl(), 'No answer within 2 s'],
  ['a Redis that refuses', 'redis', 'UPSTASH_REDIS_REST_URL', () => REFUSING_URL, 'Not reachable'],
  ['a storage that hangs', 's3', 'S3_ENDPOINT', () => hangingUrl(), 'No answer within 2 s'],
  ['a storage that refuses', 's3', 'S3_ENDPOINT', () => REFUSING_URL, 'Not reachable'],
])('%s makes it 503 degraded within the bound', async (_what, service, variable, urlOf, error) => {
  setVariables({ [variable]: urlOf() })
  expect(await askDegraded()).toMatchObject({
    mysql: { status: 'healthy' },
    [service]: { status: 'unhealthy', error },
  })
})

test('a bucket that is not there is unhealthy', async () => {
  setVariables({ S3_BUCKET: 'no-such-bucket' })
  const answer = await askDetails()
  expect([answer.status, answer.at('services.s3.status')]).toEqual([503, 'unhealthy'])
})

test('all of them hanging takes no longer than one', async () => {
  setVariables({ UPSTASH_REDIS_REST_URL: hangingUrl(), S3_ENDPOINT: hangingUrl() })
  const services = await askDegraded(() => withFault({ mode: 'hang' }, askDetails))
  expect(Object.values(services).map(({ status }) => status)).toEqual(Array(3).fill('unhealthy'))
})

test('what is not configured is disabled, and that is no degradation', async () => {
  setVariables({ UPSTASH_REDIS_REST_URL: '', S3_ENDPOINT: '', S3_ACCESS_KEY_ID: '' })
  const answer = await askDetails()
  expect([answer.status, answer.at('status')]).toEqual([200, 'healthy'])
  const disabled = { status: 'disabled', latency_ms: null }
  expect(servicesOf(answer)).toMatchObject({ redis: disabled, s3: disabled })
})

test('a failure names no address, user or key', async () => {
  const secrets = [
    new URL(variableOf('DATABASE_URL')).username,
    new URL(variableOf('DATABASE_URL')).host,
    variableOf('UPSTASH_REDIS_REST_TOKEN'),
    variableOf('S3_ACCESS_KEY_ID'),
    new URL(REFUSING_URL).host,
  ]
  setVariables({ UPSTASH_REDIS_REST_URL: REFUSING_URL, S3_ENDPOINT: REFUSING_URL })
  const { text } = await withFault({ mode: 'refuse' }, askDetails)
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
})

test('GET /api says what this is and where its subjects begin', async () => {
  const answer = await api('GET', '/api')
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({
    name: 'vehicle-auctions',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    endpoints: { auth: '/api/auth' },
  })
})
