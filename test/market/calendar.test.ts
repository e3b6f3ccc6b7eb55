import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR_MS } from '../../src/lib/time.ts'
import { type Calendar, endOfBusinessDay, endOfBusinessDaysAfter } from '../../src/market/calendar.ts'

const HOLIDAYS = ['2026-11-11', '2026-11-26', '2026-12-25', '2027-01-01']
const CHICAGO: Calendar = { timeZone: 'America/Chicago', holidays: HOLIDAYS }

/** When an order of a sale at this instant is due: the end of day 3. */
const dueAfter = (soldAt: string, calendar = CHICAGO): string =>
  new Date(endOfBusinessDay(Date.parse(soldAt), 3, calendar)).toISOString()

const daysAfter = (from: string, count: number): string =>
  new Date(endOfBusinessDaysAfter(Date.parse(from), count, CHICAGO)).toISOString()

describe('M5: due at the end of business day 3, the sale day being day 1', () => {
  test.each([
    ['a Monday afternoon: Monday, Tuesday, Wednesday', '2026-11-16T21:00:00Z', '2026-11-19T06:00:00.000Z'],
    ['a Friday: Friday, Monday, Tuesday', '2026-11-20T18:00:00Z', '2026-11-25T06:00:00.000Z'],
    ['a Saturday: day 1 is Monday', '2026-11-21T18:00:00Z', '2026-11-26T06:00:00.000Z'],
    ['a Sunday: day 1 is Monday', '2026-11-22T18:00:00Z', '2026-11-26T06:00:00.000Z'],
    ['a holiday between is not counted', '2026-11-09T18:00:00Z', '2026-11-13T06:00:00.000Z'],
    ['a sale on a holiday: the day after is day 1', '2026-11-11T18:00:00Z', '2026-11-17T06:00:00.000Z'],
    ['a holiday and a weekend between', '2026-11-25T18:00:00Z', '2026-12-01T06:00:00.000Z'],
    ['over the turn of the year', '2026-12-31T18:00:00Z', '2027-01-06T06:00:00.000Z'],
  ])('%s', (_, soldAt, due) => expect(dueAfter(soldAt)).toBe(due))

  test('late at night it is still the market’s Friday, although UTC has Saturday', () => {
    expect(dueAfter('2026-11-21T05:59:59.999Z')).toBe('2026-11-25T06:00:00.000Z')
  })

  test('at the market’s midnight the next day has begun', () => {
    expect(dueAfter('2026-11-21T06:00:00.000Z')).toBe('2026-11-26T06:00:00.000Z')
    expect(dueAfter('2026-11-17T05:59:59.999Z')).toBe('2026-11-19T06:00:00.000Z')
    expect(dueAfter('2026-11-17T06:00:00.000Z')).toBe('2026-11-20T06:00:00.000Z')
  })

  test('clocks put forward on the weekend between: midnight is an hour earlier in UTC', () => {
    expect(dueAfter('2026-03-06T18:00:00Z')).toBe('2026-03-11T05:00:00.000Z')
  })

  test('clocks put back on the weekend between: midnight is an hour later in UTC', () => {
    expect(dueAfter('2026-10-30T17:00:00Z')).toBe('2026-11-04T06:00:00.000Z')
  })

  test('a sale within the hour that clocks repeat counts from the day it lies in', () => {
    expect(dueAfter('2026-11-01T06:30:00Z')).toBe('2026-11-05T06:00:00.000Z')
    expect(dueAfter('2026-11-01T07:30:00Z')).toBe('2026-11-05T06:00:00.000Z')
  })

  test('where a day has no midnight it begins with its first instant', () => {
    const cairo: Calendar = { timeZone: 'Africa/Cairo', holidays: [] }
    const endOfDay = (at: string) => new Date(endOfBusinessDay(Date.parse(at), 1, cairo)).toISOString()
    // Clocks go from 23:59:59 on Thursday to 01:00 on Friday, and in autumn once more through Thursday’s last hour.
    expect(endOfDay('2026-04-23T10:00:00Z')).toBe('2026-04-23T22:00:00.000Z')
    expect(endOfDay('2026-10-29T10:00:00Z')).toBe('2026-10-29T22:00:00.000Z')
  })
})

describe('M8, M10: business days after a day, which is not counted itself', () => {
  test.each([
    ['five after a Monday end with the next Monday', '2026-11-16T18:00:00Z', 5, '2026-11-24T06:00:00.000Z'],
    ['two after the due day, Tuesday', '2026-11-25T05:59:59.999Z', 2, '2026-11-28T06:00:00.000Z'],
    ['one after a Saturday ends with Monday', '2026-11-21T18:00:00Z', 1, '2026-11-24T06:00:00.000Z'],
    ['none after a day end with it', '2026-11-16T18:00:00Z', 0, '2026-11-17T06:00:00.000Z'],
    ['twenty-one pass five weekends and holidays', '2026-11-09T18:00:00Z', 21, '2026-12-11T06:00:00.000Z'],
  ])('%s', (_, from, count, end) => expect(daysAfter(from, count)).toBe(end))
})

const localDate = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/Chicago',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})
const isWorkday = (date: string): boolean =>
  ![0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay()) && !HOLIDAYS.includes(date)

/** The same by walking from hour to hour and looking at the market's calendar on the wall. */
function walkToEnd(fromMs: number, count: number): number {
  let at = Math.floor(fromMs / HOUR_MS) * HOUR_MS
  const seen = new Set<string>()
  for (;;) {
    const date = localDate.format(at)
    if (isWorkday(date)) seen.add(date)
    if (seen.size > count || (seen.size === count && !seen.has(date))) return at
    at += HOUR_MS
  }
}

describe('properties', () => {
  const instants = fc.integer({ min: Date.UTC(2026, 1, 1), max: Date.UTC(2027, 3, 1) })

  test('the end of business day n is where a walk over the wall’s calendar finds it', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 6 }), (at, count) => {
        expect(endOfBusinessDay(at, count, CHICAGO)).toBe(walkToEnd(at, count))
      }),
      { numRuns: 150 },
    )
  })

  test('a deadline lies after its beginning, and no later sale is due sooner', () => {
    fc.assert(
      fc.property(instants, instants, fc.integer({ min: 1, max: 25 }), (one, other, count) => {
        const [first, second] = [Math.min(one, other), Math.max(one, other)]
        const [due, dueSecond] = [first, second].map((at) => endOfBusinessDay(at, count, CHICAGO))
        expect(due).toBeGreaterThan(first)
        expect(dueSecond).toBeGreaterThanOrEqual(due ?? Number.NaN)
      }),
    )
  })

  test('the last moment before a deadline belongs to a business day, the deadline itself to the next day', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 25 }), (at, count) => {
        const end = endOfBusinessDay(at, count, CHICAGO)
        expect(isWorkday(localDate.format(end - 1))).toBe(true)
        expect(localDate.format(end)).not.toBe(localDate.format(end - 1))
      }),
    )
  })
})
