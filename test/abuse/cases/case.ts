import type { Random } from '../../crash/random.ts'
import type { HttpClient } from '../clients/http.ts'
import { RawSocket, type SocketOptions } from '../clients/socket.ts'
import type { Witness } from '../evidence/witness.ts'
import type { Checks } from '../report.ts'
import { Targets } from '../routes/targets.ts'
import type { People, Person } from '../scene/people.ts'
import { type Scene, takeTicket } from '../scene/scene.ts'
import type { AbuseStack, Limits } from '../stack.ts'

/** What a case works with. */
export interface Stage {
  stack: AbuseStack
  http: HttpClient
  people: People
  scene: Scene
  witness: Witness
  random: Random
  checks: Checks
}

export interface AbuseCase {
  name: string
  title: string
  limits: Limits
  run(stage: Stage): Promise<void>
}

export const SUBPROTOCOL = 'auction.v1'
export const livePath = (auctionId: number): string => `/api/auctions/${auctionId}/live`

type OpenOptions = Partial<Omit<SocketOptions, 'port' | 'path' | 'reads'>> & {
  /** Whose socket it is; everything it receives is looked at. */
  as?: Person
  ticket?: string
}

/** Opens a socket to an auction: with the ticket that is given, else with one taken for `as`, else as a watcher. */
export async function openLive(
  stage: Stage,
  auctionId: number,
  options: OpenOptions = {},
): Promise<RawSocket> {
  const { as, ticket: given, onText, ...others } = options
  const ticket = given ?? (as && (await takeTicket(stage.http, auctionId, as)))
  return RawSocket.open({
    port: stage.http.port,
    path: livePath(auctionId),
    protocols: [SUBPROTOCOL, ...(ticket === undefined ? [] : [`ticket.${ticket}`])],
    address: as?.address ?? stage.people.addresses.take(),
    ...others,
    onText(text) {
      stage.witness.see(as ?? null, `a frame of auction ${auctionId}`, text)
      onText?.(text)
    },
  })
}

/** The first frame of this type, as it was received. */
export async function nextFrame(
  socket: RawSocket,
  type: string,
  timeoutMs?: number,
): Promise<Record<string, unknown>> {
  return socket.waitFor(`a frame "${type}"`, () => framesOf(socket, type)[0], timeoutMs)
}

export function framesOf(socket: RawSocket, type: string): Record<string, unknown>[] {
  return socket.texts
    .filter((text) => text !== 'pong')
    .map((text): Record<string, unknown> => JSON.parse(text))
    .filter((frame) => frame.type === type)
}

export const targetsOf = ({ scene, people, stack }: Stage): Targets =>
  new Targets({
    scene,
    sessionToken: (clerkUserId) => people.sessionToken(clerkUserId),
    webhookSecret: stack.cloud.secrets.clerkWebhookSecret,
  })
