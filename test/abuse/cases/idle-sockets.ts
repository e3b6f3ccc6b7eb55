import { setTimeout as sleep } from 'node:timers/promises'
import { sideBySide } from '../clients/side-by-side.ts'
import { RawSocket } from '../clients/socket.ts'
import { MemoryWatch, readFilesMax, readMemoryMib } from '../evidence/process.ts'
import { countWatchers, nextBidCents } from '../scene/square.ts'
import { type AbuseCase, livePath, nextFrame, openLive, type Stage, SUBPROTOCOL } from './case.ts'

const SOCKETS = 5_000
const FILES_BESIDE = 200
const OPENING_AT_ONCE = 32
const BIDS = 3
const BETWEEN_BIDS_MS = 1_500
const TOLD_WITHIN_MS = 15_000
const ACCEPTED_WITHIN_MS = 5_000
/** The room tells its count once a second. */
const COUNTED_AFTER_MS = 1_500
const PING_EVERY_MS = 15_000
/** So many parts of the crowd send their pings one after the other. */
const PING_PARTS = 30

export const idleSockets: AbuseCase = {
  name: 'idle-sockets',
  title: `${SOCKETS} sockets on one auction that only listen, and leave all at once`,
  limits: 'on',
  async run(stage) {
    const { checks, stack } = stage
    const files = Math.min(readFilesMax(stack.workerPid), readFilesMax(process.pid))
    if (files < SOCKETS + FILES_BESIDE) {
      checks.that(`workerd and this process may open ${SOCKETS} sockets`, false, `ulimit -n is ${files}`)
      return
    }
    const [first] = stage.scene.crew
    if (first === undefined) throw new Error('There is no crew')
    const bidder = await openLive(stage, stage.scene.square.auctionId, { as: first.person })
    await nextFrame(bidder, 'welcome')
    const listeners = [bidder]
    const pinging = keepPinging(listeners)
    await sleep(COUNTED_AFTER_MS)
    const before = countWatchers(bidder) ?? 0
    const beforeMib = readMemoryMib(stack.workerPid)
    const memory = new MemoryWatch(stack.workerPid)

    const startedAt = performance.now()
    const crowd = await gather(stage, listeners)
    const seconds = (performance.now() - startedAt) / 1_000
    checks.that(
      `${SOCKETS} sockets are let in`,
      crowd.sockets.length === SOCKETS,
      `in ${seconds.toFixed(1)} s`,
    )
    const told = await waitForCount(bidder, before + SOCKETS)
    checks.that('… and the room counts them', told === before + SOCKETS, `${told}`)
    checks.note(
      `memory of workerd: ${beforeMib.toFixed(0)} MiB before, ${readMemoryMib(stack.workerPid).toFixed(0)} MiB with them`,
    )

    await bid(stage, bidder, crowd)

    const leftAt = performance.now()
    for (const socket of crowd.sockets) socket.destroy()
    const left = await waitForCount(bidder, before)
    checks.that(
      'they leave all at once, and the room counts those who are left',
      left === before,
      `${left}, after ${((performance.now() - leftAt) / 1_000).toFixed(1)} s`,
    )
    memory.stop()
    clearInterval(pinging)
    checks.note(
      `memory of workerd: ${memory.peakMib.toFixed(0)} MiB at the most, ${readMemoryMib(stack.workerPid).toFixed(0)} MiB without them`,
    )
    checks.sent += SOCKETS + BIDS
    await bidder.close()
  },
}

interface Crowd {
  sockets: RawSocket[]
  /** How many sockets were told of the bid with this number, and when the last one was. */
  told: Map<string, { count: number; lastAt: number }>
}

async function gather({ http, people, scene, witness }: Stage, listeners: RawSocket[]): Promise<Crowd> {
  const told: Crowd['told'] = new Map()
  const path = livePath(scene.square.auctionId)
  let looked = ''
  const onText = (text: string) => {
    if (text === 'pong') return
    // The same bytes go to all of them: they are looked at once.
    if (text !== looked) witness.see(null, 'a frame to the crowd', text)
    looked = text
    for (const [, bidId] of text.matchAll(/"bid_id":(\d+)/g)) {
      const known = told.get(bidId ?? '')
      told.set(bidId ?? '', { count: (known?.count ?? 0) + 1, lastAt: performance.now() })
    }
  }
  const numbers = Array.from({ length: SOCKETS }, (_, number) => number)
  const sockets = await sideBySide(numbers, OPENING_AT_ONCE, async () => {
    const address = people.addresses.take()
    const socket = await RawSocket.open({
      port: http.port,
      path,
      protocols: [SUBPROTOCOL],
      address,
      onText,
      keepsTexts: false,
    })
    listeners.push(socket)
    return socket
  })
  return { sockets: sockets.filter((socket) => socket.isOpen), told }
}

/** As every client does, the idle ones too: who does not is taken for one that does not read. */
function keepPinging(sockets: readonly RawSocket[]): NodeJS.Timeout {
  let turn = 0
  return setInterval(() => {
    turn = (turn + 1) % PING_PARTS
    for (let at = turn; at < sockets.length; at += PING_PARTS) sockets[at]?.send('ping')
  }, PING_EVERY_MS / PING_PARTS)
}

async function bid(stage: Stage, bidder: RawSocket, crowd: Crowd): Promise<void> {
  const { checks } = stage
  let cents = await nextBidCents(stage)
  for (let number = 0; number < BIDS; number++) {
    const id = `to-all-${number}`
    const sentAt = performance.now()
    bidder.send({ type: 'bid', id, amount: cents++ / 100 })
    const answer = await bidder.waitFor(
      'the answer',
      () => bidder.texts.find((text) => text.includes(`"id":"${id}"`)),
      ACCEPTED_WITHIN_MS,
    )
    const answeredMs = performance.now() - sentAt
    const bidId = /"type":"accepted".*"bid_id":(\d+)/.exec(answer)?.[1] ?? ''
    const deadline = performance.now() + TOLD_WITHIN_MS
    while ((crowd.told.get(bidId)?.count ?? 0) < SOCKETS && performance.now() < deadline) await sleep(5)
    const reached = crowd.told.get(bidId)
    checks.that(
      'a bid among them is accepted, and every one is told',
      reached?.count === SOCKETS,
      `${/"type":"(\w+)"/.exec(answer)?.[1]} after ${answeredMs.toFixed(0)} ms, ${reached?.count ?? 0} told, the last after ${((reached?.lastAt ?? sentAt) - sentAt).toFixed(0)} ms`,
    )
    await sleep(BETWEEN_BIDS_MS)
  }
}

/** What the room says of its number of sockets, once it is `wanted` or the time is up. */
async function waitForCount(socket: RawSocket, wanted: number): Promise<number | undefined> {
  const arrived = () => (countWatchers(socket) === wanted ? wanted : undefined)
  return socket.waitFor('the count', arrived, TOLD_WITHIN_MS).catch(() => countWatchers(socket))
}
