import { describe, expect, test } from 'vitest'
import { describeLogLine } from '../../local/log-lines.ts'

describe("the Worker's output on the terminal", () => {
  test('a request is one short line', () => {
    const line = {
      level: 'info',
      event: 'request',
      method: 'GET',
      route: '/api/vehicles',
      status: 200,
      duration_ms: 12,
    }
    expect(describeLogLine(JSON.stringify(line))).toEqual({
      text: '200 GET /api/vehicles 12 ms',
      isRoutine: true,
    })
    expect(describeLogLine(JSON.stringify({ ...line, route: '/health' }))).toBeUndefined()
  })

  test('another event shows its level and fields, without those that are null', () => {
    const line = { level: 'error', event: 'request_failed', error_name: 'TypeError', user_id: null, seq: 4 }
    expect(describeLogLine(JSON.stringify(line))).toEqual({
      text: 'error request_failed error_name=TypeError seq=4',
      isRoutine: false,
    })
  })

  test.each([
    '',
    '[wrangler:info] GET /health 200 OK (5ms)',
    'env.JWT_SECRET_KEY ("(hidden)")   Environment Variable',
  ])('what says nothing is left out: %j', (line) => expect(describeLogLine(line)).toBeUndefined())

  test.each([
    ['\u001b[31m✘ [ERROR] Build failed\u001b[0m', '✘ [ERROR] Build failed'],
    ['\u001b[33m▲ [WARNING]\u001b[0m {"level":"warn","event":"redis_away"}', 'warn redis_away'],
    ['{not json', '{not json'],
    ['Uncaught Error: no such class', 'Uncaught Error: no such class'],
  ])('anything else is shown: %j', (line, shown) => expect(describeLogLine(line)?.text).toBe(shown))
})
