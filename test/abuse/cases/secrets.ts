import type { Person } from '../scene/people.ts'
import { type AbuseCase, framesOf, nextFrame, openLive, type Stage } from './case.ts'

const PLACES = ['', '/bids', '/live', '/ticket']

export const secrets: AbuseCase = {
  name: 'secrets',
  title: 'Everything that anybody but the leader can ask of an auction whose maximums are planted',
  limits: 'on',
  async run(stage) {
    const { scene, checks, http } = stage
    const { vault, crew, admins } = scene
    const [stranger] = crew
    const [admin] = admins
    if (stranger === undefined || admin === undefined) throw new Error('There is nobody')
    const others: readonly (Person | null)[] = [null, stranger.person, vault.rival, vault.seller, admin]
    for (const as of others) {
      await read(stage, as)
      await listen(stage, as)
    }
    checks.note(`looked for in all that ${others.length} others were answered`)

    // The witness must see it where it may be seen, or it looks for the wrong thing.
    const own = await http.send({ method: 'GET', path: `/api/auctions/${vault.auctionId}`, as: vault.leader })
    const isShown = own.text.includes(String(vault.leaderBid.body.max_bid))
    checks.that('(the leader sees their own)', isShown)

    await repeatAnothersId(stage, stranger.person)
    await probe(stage)
  },
}

async function read({ http, people, scene }: Stage, as: Person | null): Promise<void> {
  const { auctionId, vehicleId } = scene.vault
  const paths = [
    ...PLACES.map((place) => `/api/auctions/${auctionId}${place}`),
    ...[`/api/vehicles/${vehicleId}`, '/api/vehicles?per_page=100', '/api/auctions?per_page=100'],
    ...['/api/me/bids', '/api/orders', '/api/auth/me', '/metrics', '/health/detailed', '/api'],
  ]
  for (const path of paths) {
    const method = path.endsWith('/ticket') ? 'POST' : 'GET'
    await http.send({ method, path, ...(as === null ? { address: people.addresses.take() } : { as }) })
  }
}

async function listen(stage: Stage, as: Person | null): Promise<void> {
  const socket = await openLive(stage, stage.scene.vault.auctionId, as === null ? {} : { as })
  await nextFrame(socket, 'welcome')
  socket.send({ type: 'sync', since: 0 })
  await socket.waitFor(
    'an answer to sync',
    () => framesOf(socket, 'events')[0] ?? framesOf(socket, 'welcome')[1],
  )
  stage.checks.sent += 1
  await socket.close()
}

/** Ids belong to a bidder (R21): somebody else's verdict under the same id is not told. */
async function repeatAnothersId({ checks, http, scene }: Stage, as: Person): Promise<void> {
  const { auctionId, leaderBid } = scene.vault
  const answer = await http.send({
    method: 'POST',
    path: `/api/auctions/${auctionId}/bids`,
    as,
    headers: { 'Idempotency-Key': leaderBid.id },
    body: { amount: 0.01 },
  })
  const isReplay = answer.headers['idempotent-replay'] !== undefined
  checks.that(
    'the leader’s bid id, sent by another, repeats nothing',
    answer.status === 409 && !isReplay,
    `${answer.status}`,
  )
}

/** Bids below the maximum move the price and tell no more than that. */
async function probe(stage: Stage): Promise<void> {
  const { checks, http, scene } = stage
  const path = `/api/auctions/${scene.vault.auctionId}/bids`
  const refused: string[] = []
  const amounts = [4_000, 7_500, 12_000]
  for (const max_bid of amounts) {
    const { status, text } = await http.send({
      method: 'POST',
      path,
      as: scene.vault.rival,
      body: { max_bid },
    })
    if (status !== 201 || !text.includes('"leading":false'))
      refused.push(`${max_bid}: ${status} ${text.slice(0, 100)}`)
  }
  checks.none('bids below it are accepted and do not lead', refused, amounts.length)
}
