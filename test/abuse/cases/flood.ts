import { setTimeout as sleep } from 'node:timers/promises'
import { CLOSE } from '../../../src/auctions/live/protocol.ts'
import { encodeFrame, OPCODE } from '../clients/frames.ts'
import { quantileOf } from '../honest/pace.ts'
import { type AbuseCase, framesOf, nextFrame, openLive, type Stage } from './case.ts'

const FLOOD_MS = 3_000
/**
 * Two hundred times what a socket may send. Without a bound the frames alone would fill the one thread in which
 * workerd serves everybody here; on the platform they pass through machines of their own before they reach a room.
 */
const FRAMES_PER_SECOND = 10_000
/** More than this waiting in this process is no flood of the server any more. */
const UNSENT_MAX_BYTES = 4 * 1024 * 1024
const CLOSED_WITHIN_MS = 10_000
const NEIGHBOUR_EVERY_MS = 100
const NEIGHBOUR_MAX_MS = 2_000

export const flood: AbuseCase = {
  name: 'flood',
  title: 'Sockets that send as fast as they can: bids, syncs, nonsense, pings',
  limits: 'on',
  async run(stage) {
    const { checks } = stage
    const bid = (number: number) => `{"type":"bid","id":"flood-${number}","amount":0.01}`
    await drown(stage, 'bids', 2, bid, CLOSE.tooManyFrames)
    await drown(stage, 'syncs', 3, () => '{"type":"sync","since":0}', CLOSE.tooManyFrames)
    await drown(stage, 'nonsense', 4, () => '{"type":"nonsense"}', CLOSE.badFrames)
    await drown(stage, 'pings', 5, () => 'ping', null)
    const ping = encodeFrame(OPCODE.ping, Buffer.alloc(0))
    await drown(stage, 'pings of the protocol', 6, () => ping, null)
    await bidTooOften(stage)
    checks.that('the arena’s room still answers', (await askArena(stage)) === 200)
  },
}

/**
 * Floods the arena for a while, and goes on after being closed, while somebody else there goes on asking.
 * `code`: with what it must be closed; null where it may stay.
 */
async function drown(
  stage: Stage,
  what: string,
  member: number,
  frame: (number: number) => string | Buffer,
  code: number | null,
): Promise<void> {
  const { checks } = stage
  const as = personOf(stage, member)
  const socket = await openLive(stage, stage.scene.arena.auctionId, { as, heedsClose: false })
  await nextFrame(socket, 'welcome')
  const neighbour = watchNeighbour(stage)
  const startedAt = performance.now()
  const elapsedMs = () => performance.now() - startedAt
  let sent = 0
  while (elapsedMs() < FLOOD_MS) {
    while (sent < (elapsedMs() * FRAMES_PER_SECOND) / 1_000 && socket.unsentBytes < UNSENT_MAX_BYTES) {
      const next = frame(sent++)
      if (typeof next === 'string') socket.send(next)
      else socket.sendBytes(next)
    }
    await sleep(1)
  }
  checks.sent += sent
  if (code !== null) {
    await socket.waitFor('its end', () => socket.closeReport ?? undefined, CLOSED_WITHIN_MS).catch(() => {})
    const closed = socket.closeReport?.code
    checks.that(
      `a flood of ${what} is closed with ${code}`,
      closed === code,
      `${closed}, after ${sent} frames sent`,
    )
  } else {
    checks.note(`a flood of ${what}: ${sent} in ${FLOOD_MS / 1_000} s, ${socket.isOpen ? 'open' : 'closed'}`)
  }
  const waits = await neighbour.stop()
  const worst = quantileOf(waits, 1)
  checks.that(
    '… and a neighbour in the same auction is answered',
    waits.length > 0 && worst < NEIGHBOUR_MAX_MS,
    `${waits.length} times, p50 ${quantileOf(waits, 0.5).toFixed(0)} ms, worst ${worst.toFixed(0)} ms`,
  )
  socket.destroy()
}

/** Within its socket's allowance a bidder who bids more than ten times a second is told so. */
async function bidTooOften(stage: Stage): Promise<void> {
  const socket = await openLive(stage, stage.scene.arena.auctionId, { as: personOf(stage, 7) })
  await nextFrame(socket, 'welcome')
  for (let number = 0; number < 100; number++) {
    socket.send({ type: 'bid', id: `often-${number}`, amount: 0.01 })
  }
  await socket.waitFor('a hundred answers', () => framesOf(socket, 'rejected')[99])
  const codes = framesOf(socket, 'rejected').map(({ code }) => code)
  const limited = codes.filter((code) => code === 'rate_limited').length
  stage.checks.that(
    'of a hundred bids at once the first twenty are judged, the rest `rate_limited`',
    limited >= 70 && limited <= 80,
    `${limited} limited`,
  )
  stage.checks.sent += 100
  await socket.close()
}

/** Somebody who asks the arena for its state ten times a second; `stop` gives how long each answer took. */
function watchNeighbour(stage: Stage): { stop: () => Promise<number[]> } {
  const waits: number[] = []
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      const startedAt = performance.now()
      await askArena(stage)
      waits.push(performance.now() - startedAt)
      await sleep(NEIGHBOUR_EVERY_MS)
    }
  })()
  return {
    async stop() {
      isOver = true
      await watching
      return waits
    },
  }
}

const askArena = async ({ http, scene, people }: Stage): Promise<number> =>
  (
    await http.send({
      method: 'GET',
      path: `/api/auctions/${scene.arena.auctionId}`,
      address: people.addresses.take(),
    })
  ).status

function personOf({ scene }: Stage, number: number) {
  const member = scene.crew[number]
  if (member === undefined) throw new Error('The crew is too small')
  return member.person
}
