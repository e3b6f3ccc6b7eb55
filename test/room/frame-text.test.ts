/** Frames are encoded by hand where every bid sends them: the schema says what has to come of it. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { serializeFrame } from '../../src/auctions/live/frame-text.ts'
import { type EventBody, type ServerFrame, serverFrameSchema } from '../../src/auctions/live/protocol.ts'
import { cents } from '../../src/lib/money.ts'

const AT = new Date('2026-03-01T12:00:00.125Z')

const EVENT: EventBody = {
  seq: 7,
  kind: 'bid',
  at: AT,
  current_bid: cents(1_234_567),
  minimum_bid: cents(1_244_567),
  high_bidder: 'Bidder 3',
  bid_count: 12,
  reserve_met: false,
  ends_at: new Date('2026-03-02T12:00:00.000Z'),
  extended_count: 2,
  status: 'active',
  outcome: null,
  server_time: new Date('2026-03-01T12:00:00.130Z'),
  bid_id: 9,
  bidder: 'Bidder 3',
  amount: cents(1_234_567),
}
const { bid_id: _id, bidder: _bidder, amount: _amount, ...COMMON } = EVENT
const ENDED: EventBody = {
  ...COMMON,
  kind: 'ended',
  status: 'ended',
  outcome: 'pending_seller',
  minimum_bid: null,
  high_bidder: null,
  reserve_met: null,
}
const DISCLOSED: EventBody = {
  ...COMMON,
  kind: 'disclosure_changed',
  changes: [{ field: 'mileage', before: 90_000, after: null }],
}
const VOIDED: EventBody = { ...EVENT, kind: 'bid_voided', reason: 'a “quoted” reason\u2028\n' }
const ACCEPTED: ServerFrame = {
  type: 'accepted',
  id: 'a',
  bid_id: 9,
  seq: 7,
  leading: true,
  your_max: cents(29),
  current_bid: cents(0),
  minimum_bid: cents(9_999_999_999),
  server_time: AT,
}

const FRAMES: [string, ServerFrame][] = [
  ['a bid', { type: 'event', ...EVENT }],
  ['an end without a bid', { type: 'event', ...ENDED }],
  ['a voided bid', { type: 'event', ...VOIDED }],
  ['a changed disclosure', { type: 'event', ...DISCLOSED }],
  ['several events', { type: 'events', events: [EVENT, VOIDED, ENDED] }],
  ['no events', { type: 'events', events: [] }],
  ['an accepted bid', ACCEPTED],
  ['an accepted raise', { ...ACCEPTED, seq: null, minimum_bid: null }],
  ['too low', { type: 'rejected', id: 'b', code: 'too_low', minimum_bid: cents(105), server_time: AT }],
  ['too late', { type: 'rejected', id: 'b', code: 'ended', minimum_bid: null, server_time: AT }],
  ['outbid', { type: 'outbid', current_bid: cents(101), minimum_bid: cents(201) }],
  ['outbid at the end', { type: 'outbid', current_bid: cents(101), minimum_bid: null }],
  ['watchers', { type: 'watchers', count: 3 }],
  ['an error', { type: 'error', code: 'too_large', message: 'A frame has at most 4096 bytes' }],
]

describe('the text of a frame', () => {
  test.each(FRAMES)('%s: is what the schema makes of it', (_what, frame) => {
    expect(JSON.parse(serializeFrame(frame))).toStrictEqual(z.encode(serverFrameSchema, frame))
  })

  test.each(FRAMES)('%s: is read again as the same', (_what, frame) => {
    expect(z.decode(serverFrameSchema, JSON.parse(serializeFrame(frame)))).toStrictEqual(frame)
  })
})
