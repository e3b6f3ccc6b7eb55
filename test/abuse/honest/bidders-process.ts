/**
 * The honest bidders, in a process of their own: what keeps the attackers' process busy must not count as waiting for
 * the server. Five bid in turns, 25 bids a second in all, and one watches.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { RawSocket } from '../clients/socket.ts'
import { type Order, orderSchema, type Pace, quantileOf, type Report } from './pace.ts'

const EVERY_MS = 40
const ANSWER_WITHIN_MS = 8_000
/** After a standstill bids are sent at once that should have been sent meanwhile, as far as limits allow it. */
const BEHIND_MAX_MS = 2_000
const PING_EVERY_MS = 15_000

const frameSchema = z.looseObject({
  type: z.string(),
  id: z.string().optional(),
  code: z.string().optional(),
})
const eventSchema = z.looseObject({ amount: z.number().optional() })
const eventsSchema = z.object({ events: z.array(eventSchema) })

let samples: number[] = []
let seen: number[] = []
let troubles: string[] = []
let isOver = false
/** When a bid that the watcher has not seen yet was sent, by its amount. */
const unseen = new Map<number, number>()

type Begin = Extract<Order, { type: 'begin' }>

async function bid({ port, auctionId, bidders, watcherAddress, fromDollars }: Begin): Promise<void> {
  const path = `/api/auctions/${auctionId}/live`
  const watcher = await RawSocket.open({
    port,
    path,
    protocols: ['auction.v1'],
    address: watcherAddress,
    onText: watch,
  })
  const sockets = [watcher]
  const answers = new Map<string, (code: string | undefined) => void>()
  for (const { ticket, address } of bidders) {
    const onText = (text: string) => {
      if (text === 'pong') return
      const { type, id, code } = frameSchema.parse(JSON.parse(text))
      if (id !== undefined) answers.get(id)?.(type === 'accepted' ? undefined : (code ?? type))
    }
    const protocols = ['auction.v1', `ticket.${ticket}`]
    sockets.push(await RawSocket.open({ port, path, protocols, address, onText }))
  }
  for (const socket of sockets) {
    void socket.closed.then(({ code }) => isOver || troubles.push(`a socket was closed with ${code}`))
  }
  const pinging = setInterval(() => {
    for (const socket of sockets) socket.send('ping')
  }, PING_EVERY_MS)
  tell({ type: 'begun' })

  let cents = Math.round(fromDollars * 100)
  let due = performance.now()
  for (let number = 0; !isOver; number++) {
    due = Math.max(due + EVERY_MS, performance.now() - BEHIND_MAX_MS)
    const aheadMs = due - performance.now()
    if (aheadMs > 0) await sleep(aheadMs)
    const socket = sockets[1 + (number % bidders.length)]
    if (socket === undefined || !socket.isOpen) continue
    const id = `honest-${process.pid}-${number}`
    const amount = cents++ / 100
    // Where the bid before it was answered late, this one has waited since it was due.
    const since = aheadMs > 0 ? performance.now() : due
    unseen.set(amount, since)
    const answered = new Promise<string | undefined>((resolve) => {
      answers.set(id, resolve)
      setTimeout(() => resolve('no answer'), ANSWER_WITHIN_MS).unref()
    })
    socket.send({ type: 'bid', id, amount })
    const code = await answered
    answers.delete(id)
    samples.push(performance.now() - since)
    if (code !== undefined) troubles.push(`bid ${number}: ${code}`)
  }
  clearInterval(pinging)
  await Promise.all(sockets.map((socket) => socket.close()))
}

function watch(text: string): void {
  if (text === 'pong') return
  const frame: unknown = JSON.parse(text)
  const several = eventsSchema.safeParse(frame)
  for (const { amount } of several.success ? several.data.events : [eventSchema.parse(frame)]) {
    if (amount === undefined) continue
    const since = unseen.get(amount)
    if (since !== undefined) seen.push(performance.now() - since)
    unseen.delete(amount)
  }
}

function takePace(): Pace {
  const pace = {
    bids: samples.length,
    p50Ms: quantileOf(samples, 0.5),
    p99Ms: quantileOf(samples, 0.99),
    worstMs: quantileOf(samples, 1),
    seenP99Ms: quantileOf(seen, 0.99),
    troubles,
  }
  samples = []
  seen = []
  troubles = []
  return pace
}

const tell = (report: Report): void => void process.send?.(report)

process.on('message', (message) => {
  const order = orderSchema.parse(message)
  if (order.type === 'report') tell({ type: 'pace', pace: takePace() })
  if (order.type === 'end') isOver = true
  if (order.type === 'begin') {
    bid(order).then(
      () => process.disconnect(),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
})
// Nobody is left to report to.
process.on('disconnect', () => process.exit(0))
