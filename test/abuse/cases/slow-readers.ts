import { setTimeout as sleep } from 'node:timers/promises'
import { CLOSE } from '../../../src/auctions/live/protocol.ts'
import { sideBySide } from '../clients/side-by-side.ts'
import { RawSocket } from '../clients/socket.ts'
import { MemoryWatch, readMemoryMib } from '../evidence/process.ts'
import { countWatchers, nextBidCents } from '../scene/square.ts'
import { type AbuseCase, livePath, nextFrame, openLive, type Stage, SUBPROTOCOL } from './case.ts'

const SOCKETS = 20
const BIDDERS = 30
/** Within what each of them may bid in a second. */
const BID_EVERY_MS = 4
/** Of the room's patience of 45 s, and of when it looks. */
const CLOSED_WITHIN_MS = 60_000
const WARM_UP_MS = 6_000
/** Every other one keeps asking for what it will not read. */
const ASKING_EVERY_MS = 50
const SYNC = { type: 'sync', since: 0 }
const PING_EVERY_MS = 10_000
const SETTLING_MS = 3_000
const READ_WITHIN_MS = 10_000
/** What a heap may gain from a minute’s bids that have nothing to do with these sockets; they hold twice as much. */
const GAIN_MAX_MIB = 35

export const slowReaders: AbuseCase = {
  name: 'slow-readers',
  title: `${SOCKETS} sockets that never read while the auction is busy, and as many again`,
  limits: 'on',
  async run(stage) {
    const { checks, stack, scene } = stage
    const bidding = await Bidding.start(stage)
    const neighbour = await openLive(stage, scene.square.auctionId)
    await nextFrame(neighbour, 'welcome')
    const pinging = setInterval(() => neighbour.send('ping'), PING_EVERY_MS)
    await sleep(WARM_UP_MS)
    const beforeMib = readMemoryMib(stack.workerPid)
    const first = await seeClosed(stage, neighbour, bidding)
    const second = await seeClosed(stage, neighbour, bidding)
    await bidding.stop()
    clearInterval(pinging)
    checks.note(
      `workerd’s memory: ${beforeMib.toFixed(0)} MiB before; ${describeMemory(first)}; then ${describeMemory(second)}`,
    )
    // An allocator keeps what it was given back. Were it not given back, as many again would need as much again.
    checks.that(
      'workerd’s memory is back once they are gone: as many again need no more',
      second.peakMib <= first.peakMib + GAIN_MAX_MIB && second.afterMib <= first.afterMib + GAIN_MAX_MIB,
      `${(second.peakMib - first.peakMib).toFixed(0)} MiB more at the most, ${(second.afterMib - first.afterMib).toFixed(0)} after`,
    )
    checks.sent += 2 * SOCKETS + bidding.sent
    await neighbour.close()
  },
}

interface Held {
  peakMib: number
  afterMib: number
}

const describeMemory = ({ peakMib, afterMib }: Held): string =>
  `${peakMib.toFixed(0)} at the most, ${afterMib.toFixed(0)} once they are gone`

/** Opens sockets that do not read, and waits until the room has closed them. @returns what workerd held meanwhile */
async function seeClosed(stage: Stage, neighbour: RawSocket, bidding: Bidding): Promise<Held> {
  const { checks, stack } = stage
  const memory = new MemoryWatch(stack.workerPid)
  const base = countWatchers(neighbour) ?? 0
  const { received: receivedBefore, accepted: acceptedBefore } = bidding
  const openedAt = performance.now()
  const { sockets, drop } = openUnread(stage)
  const counted = await seeCount(neighbour, (count) => count >= base + SOCKETS, READ_WITHIN_MS)
  checks.that(
    `${SOCKETS} sockets that do not read are let in`,
    counted === base + SOCKETS,
    `${counted} in the room`,
  )
  const left = await seeCount(neighbour, (count) => count <= base, CLOSED_WITHIN_MS + 5_000)
  const seconds = (performance.now() - openedAt) / 1_000
  checks.that(
    'within a minute none of them is left in the room',
    left === base && seconds * 1_000 <= CLOSED_WITHIN_MS,
    `${left} in the room after ${seconds.toFixed(1)} s`,
  )
  const accepted = bidding.accepted - acceptedBefore
  checks.that('… while bids went on being accepted', accepted > 100, `${accepted} accepted`)
  checks.note(`${(bidding.received - receivedBefore).toFixed(1)} MiB of events were sent to each`)
  const codes = await readOn(sockets.slice(0, SOCKETS / 2))
  checks.that(
    'those who read on see that they were closed with 4408',
    codes.every((code) => code === CLOSE.notReading),
    codes.join(', '),
  )
  drop()
  memory.stop()
  await sleep(SETTLING_MS)
  return { peakMib: memory.peakMib, afterMib: readMemoryMib(stack.workerPid) }
}

/** Sockets that never read; half of them go on asking. `drop` breaks their connections. */
function openUnread({ http, people, scene }: Stage): { sockets: RawSocket[]; drop: () => void } {
  const sockets = Array.from({ length: SOCKETS }, () =>
    RawSocket.openUnread({
      port: http.port,
      path: livePath(scene.square.auctionId),
      protocols: [SUBPROTOCOL],
      address: people.addresses.take(),
    }),
  )
  const asking = setInterval(() => {
    for (const [number, socket] of sockets.entries()) if (number % 2 === 0) socket.send(SYNC)
  }, ASKING_EVERY_MS)
  return {
    sockets,
    drop() {
      clearInterval(asking)
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** One bid after the other, each by the next of many people, as fast as the room answers and they are allowed to. */
class Bidding {
  readonly #sockets: RawSocket[]
  readonly #done: Promise<void>
  #isOver = false
  sent = 0
  accepted = 0
  /** MiB that each socket in the room was sent, as the first of the bidders received them. */
  received = 0

  private constructor(
    stage: Stage,
    sockets: RawSocket[],
    answers: Map<string, (isAccepted: boolean) => void>,
  ) {
    this.#sockets = sockets
    this.#done = this.#bid(stage, answers)
  }

  static async start(stage: Stage): Promise<Bidding> {
    const { people, scene, witness } = stage
    const answers = new Map<string, (isAccepted: boolean) => void>()
    const state: { bidding: Bidding | null } = { bidding: null }
    const numbers = Array.from({ length: BIDDERS }, (_, number) => number)
    const sockets = await sideBySide(numbers, 4, async (number) => {
      const as = await people.signIn(`busy_${number}`)
      return openLive(stage, scene.square.auctionId, {
        as,
        keepsTexts: false,
        onText(text) {
          if (number === 0 && state.bidding) state.bidding.received += text.length / 1024 / 1024
          const [, type, id = ''] = /^\{"type":"(accepted|rejected)","id":"([^"]+)"/.exec(text) ?? []
          if (type !== undefined) answers.get(id)?.(type === 'accepted')
        },
      })
    })
    witness.take()
    state.bidding = new Bidding(stage, sockets, answers)
    return state.bidding
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#done
    await Promise.all(this.#sockets.map((socket) => socket.close()))
  }

  async #bid(stage: Stage, answers: Map<string, (isAccepted: boolean) => void>): Promise<void> {
    let cents = await nextBidCents(stage)
    let pingedAt = performance.now()
    for (let number = 0, due = pingedAt; !this.#isOver; number++) {
      due = Math.max(due + BID_EVERY_MS, performance.now())
      if (due > performance.now()) await sleep(due - performance.now())
      const socket = this.#sockets[number % this.#sockets.length]
      const id = `busy-${number}`
      const answered = new Promise<boolean>((resolve) => answers.set(id, resolve))
      socket?.send({ type: 'bid', id, amount: cents++ / 100 })
      this.sent += 1
      if (await Promise.race([answered, sleep(2_000, false)])) this.accepted += 1
      answers.delete(id)
      if (performance.now() - pingedAt < PING_EVERY_MS) continue
      pingedAt = performance.now()
      for (const each of this.#sockets) each.send('ping')
    }
  }
}

/** The room's count of sockets once it is as wanted, or when the time is up. */
async function seeCount(
  socket: RawSocket,
  isWanted: (count: number) => boolean,
  withinMs: number,
): Promise<number | undefined> {
  const find = () => {
    const count = countWatchers(socket)
    // Events are of no use here, and there are many.
    socket.texts.splice(
      0,
      socket.texts.length,
      ...socket.texts.filter((text) => text.startsWith('{"type":"w')),
    )
    return count !== undefined && isWanted(count) ? count : undefined
  }
  return socket.waitFor('the count', find, withinMs).catch(() => countWatchers(socket))
}

/** Reads what has come meanwhile, to its end. @returns the codes with which the server closed */
function readOn(sockets: readonly RawSocket[]): Promise<(number | undefined)[]> {
  return Promise.all(
    sockets.map(async (socket) => {
      socket.resume()
      await Promise.race([socket.closed, sleep(READ_WITHIN_MS)])
      return socket.closeReport?.code
    }),
  )
}
