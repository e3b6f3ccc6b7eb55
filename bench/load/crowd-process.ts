/** A process of sockets, ordered about by the bench over IPC. Ends when the bench does. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Arrivals } from './arrivals.ts'
import { Bidding } from './bidding.ts'
import { monotonicMs } from './clock.ts'
import { FrameReader } from './frames.ts'
import { type Answer, type ArrivalReport, type Connection, type Order, orderSchema } from './orders.ts'
import { LoadSocket } from './socket.ts'

/** As `api.md` asks of every client. */
const PING_EVERY_MS = 15_000
const OPENING_AT_ONCE = 20
const POLL_MS = 2

interface Seat {
  readonly socket: LoadSocket
  readonly auction: number
  lastSeq: number
}

const seats: Seat[] = []
const frames = new FrameReader()
const arrivals = new Arrivals()
const bidding = new Bidding()
let failure: Error | null = null

process.on('disconnect', () => process.exit(0))
process.on('uncaughtException', (error) => fail(error))
process.on('message', (message) => {
  obey(orderSchema.parse(message)).then(answer, fail)
})

function fail(error: unknown): void {
  failure ??= error instanceof Error ? error : new Error(String(error))
  answer({ done: 'failed', message: failure.message })
}

function answer(message: Answer): void {
  process.send?.(message)
}

async function obey(order: Order): Promise<Answer> {
  switch (order.do) {
    case 'open':
      return open(order.port, order.connections)
    case 'begin':
      arrivals.begin()
      return { done: 'begin' }
    case 'flood':
      return { done: 'bids', report: await bidding.flood(order.forMs) }
    case 'pace':
      return { done: 'bids', report: await bidding.pace(order.bids, order.everyMs) }
    case 'send':
      return { done: 'bids', report: await bidding.send(order.bids) }
    case 'finish':
      return { done: 'finish', report: await finish(order.lastSeqs, order.withinMs) }
    case 'close':
      for (const { socket } of seats) socket.close()
      process.exit(0)
  }
}

async function open(port: number, connections: readonly Connection[]): Promise<Answer> {
  for (let from = 0; from < connections.length; from += OPENING_AT_ONCE) {
    const batch = connections.slice(from, from + OPENING_AT_ONCE)
    await Promise.all(batch.map((connection) => sit(port, connection)))
  }
  const pinging = setInterval(() => {
    for (const { socket } of seats) socket.send('ping')
  }, PING_EVERY_MS)
  pinging.unref()
  return { done: 'open', sockets: seats.length }
}

async function sit(port: number, { path, protocols, auction, isBidder }: Connection): Promise<void> {
  let seat: Seat | null = null
  let bidder: number | null = null
  const socket = await LoadSocket.open(port, path, protocols, {
    onText(payload) {
      const frame = frames.read(payload)
      switch (frame.kind) {
        case 'events': {
          if (seat === null) return
          if (seat.lastSeq !== 0 && frame.first !== seat.lastSeq + 1) throw new Error('A socket has a gap')
          seat.lastSeq = frame.last
          arrivals.note(auction, frame.first, frame.last, payload.length, monotonicMs())
          return
        }
        case 'accepted':
          if (bidder !== null) bidding.accepted(bidder, frame.seq)
          return
        case 'rejected':
          if (bidder !== null) bidding.rejected(bidder, frame.code)
          return
        case 'other':
      }
    },
    onClose: (reason) => fail(new Error(`A socket was lost: ${reason}`)),
  })
  seat = { socket, auction, lastSeq: 0 }
  seats.push(seat)
  if (isBidder) bidder = bidding.add(socket, auction)
}

async function finish(lastSeqs: readonly number[], withinMs: number): Promise<ArrivalReport> {
  const isBehind = ({ auction, lastSeq }: Seat): boolean => lastSeq < (lastSeqs[auction] ?? 0)
  const deadline = monotonicMs() + withinMs
  while (seats.some(isBehind) && monotonicMs() < deadline) await sleep(POLL_MS)
  return arrivals.report(seats.filter(isBehind).length)
}
