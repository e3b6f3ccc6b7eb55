import { describe, expect, test } from 'vitest'
import { Deadlines } from '../../src/auctions/live/alarm.ts'

/** The platform's alarm: one instant, or none. */
function standUp(armedAt: number | null = null) {
  const platform = new Map<'alarm', number>()
  if (armedAt !== null) platform.set('alarm', armedAt)
  let sets = 0
  const clock = {
    setAlarm: (at: number) => {
      sets += 1
      platform.set('alarm', at)
    },
  }
  const time = { now: 0 }
  const deadlines = new Deadlines(clock, armedAt, () => time.now)
  return {
    deadlines,
    time,
    alarm: () => platform.get('alarm') ?? null,
    sets: () => sets,
    ring(now: number) {
      platform.delete('alarm')
      const due = deadlines.ring(now)
      deadlines.rearm()
      return [...due].sort()
    },
  }
}

describe('named deadlines over one alarm', () => {
  test('the alarm stands at the earliest', () => {
    const { deadlines, alarm } = standUp()
    deadlines.set('auction', 500)
    deadlines.set('readers', 300)
    deadlines.set('forget', 900)
    expect(alarm()).toBe(300)
  })

  test('the alarm is only ever moved earlier: a deadline that moves later or goes costs nothing', () => {
    const { deadlines, alarm, sets } = standUp()
    deadlines.set('auction', 500)
    deadlines.set('auction', 800)
    deadlines.set('auction', null)
    deadlines.set('projection', 600)
    expect(alarm()).toBe(500)
    expect(sets()).toBe(1)
  })

  test('an alarm that comes too early finds nothing due and arms again', () => {
    const { deadlines, alarm, ring } = standUp()
    deadlines.set('auction', 500)
    deadlines.set('auction', 800)
    expect(ring(500)).toEqual([])
    expect(alarm()).toBe(800)
  })

  test('a late alarm brings everything that is due, once', () => {
    const { deadlines, alarm, ring } = standUp()
    deadlines.set('auction', 500)
    deadlines.set('readers', 600)
    deadlines.set('forget', 5_000)
    expect(ring(2_000)).toEqual(['auction', 'readers'])
    expect(ring(2_000)).toEqual([])
    expect(alarm()).toBe(5_000)
  })

  test('with nothing left no alarm stands', () => {
    const { deadlines, alarm, ring } = standUp()
    deadlines.set('watchers', 100)
    expect(ring(100)).toEqual(['watchers'])
    expect(alarm()).toBeNull()
  })

  test('a woken room knows where the alarm stands and leaves it there', () => {
    const { deadlines, alarm, sets } = standUp(400)
    deadlines.set('auction', 500)
    expect(sets()).toBe(0)
    deadlines.set('readers', 300)
    expect(alarm()).toBe(300)
  })

  test('an alarm that is 15 s late may be given up: the next deadline arms it anew, for the first that is due', () => {
    const { deadlines, time, alarm, sets } = standUp(400)
    deadlines.set('auction', 500)
    time.now = 400 + 14_999
    deadlines.set('projection', 15_500)
    expect(sets()).toBe(0)
    time.now = 400 + 15_000
    deadlines.set('projection', 16_000)
    expect(alarm()).toBe(500)
    expect(sets()).toBe(1)
  })

  test('a late alarm is armed anew by whoever asks the room, once in 15 s', () => {
    const { deadlines, time, alarm, sets } = standUp()
    deadlines.set('auction', 500)
    expect(deadlines.renew()).toBe(false)
    for (const [now, armed] of [
      [15_500, 2],
      [15_501, 2],
      [30_499, 2],
      [30_500, 3],
    ] as const) {
      time.now = now
      deadlines.renew()
      expect([alarm(), sets()]).toEqual([500, armed])
    }
  })
})
