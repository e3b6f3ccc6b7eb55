import { CLOSE } from '../../../src/auctions/live/protocol.ts'
import type { CloseReport, RawSocket } from '../clients/socket.ts'
import { forgeHmac, forgeUnsigned, readPart, tamper } from '../forge.ts'
import { takeTicket } from '../scene/scene.ts'
import { type AbuseCase, framesOf, livePath, nextFrame, openLive, type Stage, SUBPROTOCOL } from './case.ts'

const AT_ONCE = 10
const UNKNOWN_AUCTIONS = 60
const UNKNOWN_ALLOWED = 30
const CLOSED_WITHIN_MS = 5_000

export const tickets: AbuseCase = {
  name: 'tickets',
  title: 'Tickets used twice, for another auction, forged; upgrades of every wrong form',
  limits: 'on',
  async run(stage) {
    await useTwice(stage)
    await useWrong(stage)
    await upgradeWrong(stage)
    await claimWithoutTicket(stage)
    await askForUnknown(stage)
  },
}

async function useTwice(stage: Stage): Promise<void> {
  const { checks, http, scene } = stage
  const { auctionId } = scene.arena
  const as = memberOf(stage, 0)
  const ticket = await takeTicket(http, auctionId, as)
  const first = await openLive(stage, auctionId, { as, ticket })
  await nextFrame(first, 'welcome')
  checks.that('the answer to the upgrade does not repeat the ticket', !first.head.includes(ticket))
  const second = await openLive(stage, auctionId, { as, ticket })
  await expectClose(stage, 'a ticket used a second time is closed with 4401', second, CLOSE.ticketNotGood)
  checks.that('… and its first socket stays open', first.isOpen)
  await first.close()

  const shared = await takeTicket(http, auctionId, as)
  const sockets = await Promise.all(
    Array.from({ length: AT_ONCE }, () => openLive(stage, auctionId, { as, ticket: shared })),
  )
  const ends = await Promise.all(sockets.map((socket) => closeOf(socket, 1_500)))
  const open = sockets.filter((socket, at) => ends[at] === null && framesOf(socket, 'welcome').length === 1)
  const refused = ends.filter((end) => end?.code === CLOSE.ticketNotGood)
  checks.that(
    'of ten at once with one ticket, one gets in',
    open.length === 1 && refused.length === AT_ONCE - 1,
    `${open.length} in, ${refused.length} closed with 4401`,
  )
  checks.sent += 2 + AT_ONCE
  await Promise.all(open.map((socket) => socket.close()))
}

async function useWrong(stage: Stage): Promise<void> {
  const { checks, http, scene, stack } = stage
  const as = memberOf(stage, 1)
  const { auctionId } = scene.arena
  const good = await takeTicket(http, auctionId, as)
  const header = readPart(good, 'header')
  const claims = readPart(good, 'claims')
  const { jwtSecretKey } = stack.cloud.secrets
  const now = Math.floor(Date.now() / 1000)
  const forged: readonly (readonly [what: string, ticket: string])[] = [
    ['for another auction', await takeTicket(http, scene.vault.auctionId, as)],
    [
      'changed to name this auction',
      tamper(await takeTicket(http, scene.vault.auctionId, as), { auction_id: auctionId }),
    ],
    ['changed to another person', tamper(good, { sub: String(scene.arena.seller.userId) })],
    [
      'expired',
      forgeHmac({ ...header, alg: 'HS256' }, { ...claims, iat: now - 60, exp: now - 30 }, jwtSecretKey),
    ],
    ['with `alg: none`', forgeUnsigned('none', header, claims)],
    ['with `alg: None`', forgeUnsigned('None', header, claims)],
    ['signed with another key', forgeHmac({ ...header, alg: 'HS256' }, claims, `${jwtSecretKey}x`)],
    ['signed with the empty key', forgeHmac({ ...header, alg: 'HS256' }, claims, '')],
    ['with another algorithm', forgeHmac({ ...header, alg: 'HS512' }, claims, jwtSecretKey)],
    [
      'for another audience',
      forgeHmac({ ...header, alg: 'HS256' }, { ...claims, aud: 'vehicle-auctions/api' }, jwtSecretKey),
    ],
    ['that is an access token', as.token],
    ['that is a refresh token', as.refreshToken],
    ['that is empty', ''],
    ['that is no token', 'aaaa.bbbb.cccc'],
    ['of six kilobytes', 'a'.repeat(6_000)],
  ]
  for (const [what, ticket] of forged) {
    const socket = await openLive(stage, auctionId, { ticket })
    await expectClose(stage, `a ticket ${what} is closed with 4401`, socket, CLOSE.ticketNotGood)
  }
  const protocols = [SUBPROTOCOL, `ticket.${good}`, `ticket.${good}`]
  await expectClose(
    stage,
    'two tickets at once are closed with 4400',
    await openLive(stage, auctionId, { protocols }),
    CLOSE.badFrames,
  )
  checks.sent += forged.length + 1
}

async function upgradeWrong(stage: Stage): Promise<void> {
  const { checks, http, scene } = stage
  const { auctionId } = scene.arena
  await expectClose(
    stage,
    'a socket without the subprotocol is closed with 4400',
    await openLive(stage, auctionId, { protocols: ['auction.v2'] }),
    CLOSE.badFrames,
  )
  await expectClose(
    stage,
    'a socket of a foreign origin is closed with 4403',
    await openLive(stage, auctionId, { headers: { Origin: 'https://evil.example' } }),
    CLOSE.origin,
  )
  const plain = await http.send({
    method: 'GET',
    path: livePath(auctionId),
    address: stage.people.addresses.take(),
  })
  checks.that(
    'the address of a socket, asked without an upgrade, answers 426',
    plain.status === 426,
    `${plain.status}`,
  )
  checks.sent += 3
}

/** The header by which the Worker tells the room who comes is no client's to send. */
async function claimWithoutTicket(stage: Stage): Promise<void> {
  const { scene, checks } = stage
  const person = {
    userId: scene.vault.leader.userId,
    sellerProfileId: null,
    canBid: true,
    isAdmin: true,
    sessionUntilMs: Date.now() + 3_600_000,
  }
  const claims = {
    person,
    requestId: 'x',
    ticket: { jti: crypto.randomUUID(), expiresAtMs: Date.now() + 30_000 },
  }
  const socket = await openLive(stage, scene.vault.auctionId, {
    headers: { 'X-Live-Connection': JSON.stringify(claims) },
  })
  const { auction } = await nextFrame(socket, 'welcome')
  const isStranger = typeof auction === 'object' && auction !== null && Reflect.get(auction, 'you') === null
  checks.that('who claims in a header to be the leader is a stranger', isStranger)
  socket.send({ type: 'bid', id: 'claimed', amount: 5_000 })
  const { code } = await nextFrame(socket, 'rejected')
  checks.that('… whose bid is `unauthenticated`', code === 'unauthenticated', String(code))
  checks.sent += 2
  await socket.close()
}

/** Each auction that is not there would wake an object. */
async function askForUnknown(stage: Stage): Promise<void> {
  const { checks, people } = stage
  const address = people.addresses.take()
  const codes: number[] = []
  for (let number = 0; number < UNKNOWN_AUCTIONS; number++) {
    const socket = await openLive(stage, 900_000_000 + number, { address })
    codes.push((await closeOf(socket, CLOSED_WITHIN_MS))?.code ?? 0)
  }
  const refused = codes.filter((code) => code === CLOSE.tooManyFrames).length
  const unknown = codes.filter((code) => code === CLOSE.noSuchAuction).length
  checks.that(
    `one address may ask for ${UNKNOWN_ALLOWED} unknown auctions a minute`,
    // A minute that ends meanwhile lets some more through.
    unknown >= UNKNOWN_ALLOWED && unknown < UNKNOWN_AUCTIONS && unknown + refused === UNKNOWN_AUCTIONS,
    `${unknown} times 4404, ${refused} times 4429`,
  )
  await expectClose(
    stage,
    '… while another address is told that there is none (4404)',
    await openLive(stage, 900_000_000),
    CLOSE.noSuchAuction,
  )
  checks.sent += UNKNOWN_AUCTIONS + 1
}

async function expectClose(stage: Stage, what: string, socket: RawSocket, code: number): Promise<void> {
  const end = await closeOf(socket, CLOSED_WITHIN_MS)
  const welcomes = framesOf(socket, 'welcome').length
  const seen = end === null ? 'open' : `${end.code} ${end.reason}`
  stage.checks.that(
    what,
    end?.code === code && welcomes === 0,
    `${seen}${welcomes > 0 ? ', after a welcome' : ''}`,
  )
  socket.destroy()
}

/** How the server closed it; null where it did not within `withinMs`. */
async function closeOf(socket: RawSocket, withinMs: number): Promise<CloseReport | null> {
  await Promise.race([socket.closed, new Promise((resolve) => setTimeout(resolve, withinMs))])
  return socket.closeReport
}

function memberOf({ scene }: Stage, number: number) {
  const member = scene.crew[number]
  if (member === undefined) throw new Error('The crew is too small')
  return member.person
}
