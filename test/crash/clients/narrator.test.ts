import { expect, test } from 'vitest'
import { viewEvents } from '../../../src/auctions/engine/view.ts'
import { describeEvent } from '../../../src/auctions/live/protocol.ts'
import { cents } from '../../../src/lib/money.ts'
import { describeShown, soundSale } from '../checks/evidence-stand.ts'
import { Narrator } from './narrator.ts'
import { Story } from './story.ts'

const history = soundSale()
const events = history.entries.flatMap(viewEvents).map((event) => describeEvent(event, event.at))
const seqsOf = ({ record }: Narrator) =>
  record.segments.map((segment) => segment.events.map(({ seq }) => seq))

/** A client who was welcomed when `seq` was the last. */
function welcomedAt(seq: number, story = new Story()): Narrator {
  const narrator = new Narrator('client', null, story)
  narrator.connected()
  expect(narrator.welcome(describeShown(history, seq))).toBeNull()
  return narrator
}

test('what follows is kept, what is known already is ignored', () => {
  const narrator = welcomedAt(1)
  expect(narrator.events(events.slice(0, 3))).toBeNull()
  expect(narrator.events(events.slice(1, 4))).toBeNull()
  expect(seqsOf(narrator)).toEqual([[2, 3, 4]])
  expect(narrator.record.faults).toEqual([])
})

test('over a gap it asks once for what is missing, and goes on when that has come', () => {
  const narrator = welcomedAt(1)
  expect(narrator.events(events.slice(3, 4))).toBe(1)
  expect(narrator.events(events.slice(4, 5))).toBeNull()
  expect(narrator.events(events.slice(1, 5))).toBeNull()
  expect(narrator.events(events.slice(5))).toBeNull()
  expect(seqsOf(narrator)).toEqual([events.slice(1).map(({ seq }) => seq)])
  expect(narrator.record.isFinished).toBe(true)
})

test('connected again it asks for what it has missed; a welcome in answer begins a new segment', () => {
  const narrator = welcomedAt(1)
  narrator.connected()
  expect(narrator.welcome(describeShown(history, 3))).toBe(1)
  expect(narrator.welcome(describeShown(history, 3))).toBeNull()
  expect(narrator.events(events.slice(3, 4))).toBeNull()
  expect(seqsOf(narrator)).toEqual([[], [4]])
})

test('a room that is behind what it has told is a fault', () => {
  const narrator = welcomedAt(3)
  narrator.connected()
  narrator.welcome(describeShown(history, 2))
  expect(narrator.record.faults).toEqual(['welcome at seq 2 after 3 had been told'])
})

test('what another client was told otherwise is a fault, and so is a frame with a gap', () => {
  const story = new Story()
  welcomedAt(1, story).events(events.slice(1, 2))
  const other = welcomedAt(1, story)
  other.events(events.slice(1, 2).map((event) => ({ ...event, current_bid: cents(1) })))
  expect(other.record.faults).toEqual([expect.stringContaining('seq 2 is told differently')])
  other.events([...events.slice(2, 3), ...events.slice(4, 5)])
  expect(other.record.faults.at(-1)).toBe('one frame tells seq 3 and then 5')
})
