import * as z from 'zod'
import { type Cents, centsToDollars } from '../../lib/money.ts'
import {
  type EventBody,
  type EventOnWire,
  type FrameOnWire,
  type ServerFrame,
  serverFrameSchema,
} from './protocol.ts'

/** The text of a frame, made once however many receive it. */
export const serializeFrame = (frame: ServerFrame): string => JSON.stringify(encodeFrame(frame))

/**
 * What the schema's own encoding makes of a frame; by hand for those that every bid brings about, since zod, which
 * has no compiled path in a Worker, took as long for them as SQLite for a row.
 */
function encodeFrame(frame: ServerFrame): FrameOnWire {
  switch (frame.type) {
    case 'event':
      return { type: 'event', ...encodeEvent(frame) }
    case 'events':
      return { type: 'events', events: frame.events.map(encodeEvent) }
    case 'accepted':
      return {
        ...frame,
        your_max: centsToDollars(frame.your_max),
        current_bid: centsToDollars(frame.current_bid),
        minimum_bid: encodePrice(frame.minimum_bid),
        server_time: frame.server_time.toISOString(),
      }
    case 'rejected':
      return {
        ...frame,
        minimum_bid: encodePrice(frame.minimum_bid),
        server_time: frame.server_time.toISOString(),
      }
    case 'outbid':
      return {
        type: 'outbid',
        current_bid: centsToDollars(frame.current_bid),
        minimum_bid: encodePrice(frame.minimum_bid),
      }
    default:
      return z.encode(serverFrameSchema, frame)
  }
}

const encodePrice = (price: Cents | null): number | null => (price === null ? null : centsToDollars(price))

function encodeEvent(event: EventBody): EventOnWire {
  const { amount, ...rest } = event
  return {
    ...rest,
    at: event.at.toISOString(),
    current_bid: centsToDollars(event.current_bid),
    minimum_bid: encodePrice(event.minimum_bid),
    ends_at: event.ends_at.toISOString(),
    server_time: event.server_time.toISOString(),
    ...(amount === undefined ? {} : { amount: centsToDollars(amount) }),
  }
}
