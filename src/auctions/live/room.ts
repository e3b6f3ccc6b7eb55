import { DurableObject } from 'cloudflare:workers'
import { answerClose } from '../../lib/server-socket.ts'
import type { Standing } from '../../users/live/person-tables.ts'
import type {
  ArmRequest,
  BidAccepted,
  CommandAccepted,
  EditRequest,
  HistoryPage,
  HistoryQuery,
  Offer,
  Refusal,
  RoomApi,
  RoomAuction,
  RoomBidder,
  RoomViewer,
  VehicleChange,
} from './contract.ts'
import { RoomCore, type RoomDeps } from './core.ts'
import { CONNECTION_HEADER, PING, PONG, ROOM_REFUSAL_STATUS, SUBPROTOCOL } from './protocol.ts'
import { connectionSchema, tagOf } from './sockets.ts'

/** One object per auction, named by its id: the auction's truth from arming to settlement. */
export class Room extends DurableObject<unknown> implements RoomApi {
  readonly #deps: RoomDeps
  #core: RoomCore<WebSocket> | null = null

  constructor(ctx: DurableObjectState, env: unknown, deps: RoomDeps) {
    super(ctx, env)
    this.#deps = deps
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG))
    void ctx.blockConcurrencyWhile(async () => this.#open(await ctx.storage.getAlarm()))
  }

  #open(armedAt: number | null): void {
    const { ctx } = this
    this.#core = new RoomCore(this.#deps, {
      storage: ctx.storage,
      alarm: { setAlarm: (at) => ctx.waitUntil(ctx.storage.setAlarm(at)) },
      armedAt,
      sockets: ctx,
      runLater: (delayMs, run) => void setTimeout(run, delayMs),
      waitUntil: (work) => ctx.waitUntil(work),
      auctionId: ctx.id.name === undefined ? null : Number(ctx.id.name),
    })
  }

  get #room(): RoomCore<WebSocket> {
    if (this.#core === null) throw new Error('The room is not open yet')
    return this.#core
  }

  #sendMetrics(): void {
    this.#deps.metrics.flushIfDue((work) => this.ctx.waitUntil(work))
  }

  async arm(request: ArmRequest, requestId: string): Promise<{ readonly ok: true } | Refusal> {
    if (this.ctx.id.name !== String(request.terms.auctionId)) throw new Error('The room of another auction')
    return this.#room.house.arm(request, requestId)
  }

  view(viewer: RoomViewer | null): Promise<RoomAuction | null> {
    return this.#room.view(viewer)
  }

  async history(query: HistoryQuery): Promise<HistoryPage | null> {
    return this.#room.history(query)
  }

  async bid(
    bidder: RoomBidder,
    clientId: string | null,
    offer: Offer,
    requestId: string,
  ): Promise<BidAccepted | Refusal> {
    const answer = await this.#room.bids.place({ bidder, clientId, offer, door: 'http', requestId })
    this.#sendMetrics()
    return answer
  }

  edit(edit: EditRequest, requestId: string): Promise<CommandAccepted | Refusal> {
    return this.#room.house.edit(edit, requestId)
  }

  cancel(viewer: RoomViewer, reason: string, requestId: string): Promise<CommandAccepted | Refusal> {
    return this.#room.house.cancel(viewer, reason, requestId)
  }

  voidBids(
    viewer: RoomViewer,
    bidIds: readonly number[],
    reason: string,
    requestId: string,
  ): Promise<CommandAccepted | Refusal> {
    return this.#room.house.voidBids(viewer, bidIds, reason, requestId)
  }

  changeVehicle(change: VehicleChange, requestId: string): Promise<CommandAccepted | Refusal> {
    return this.#room.house.changeVehicle(change, requestId)
  }

  async setStanding(userId: number, standing: Standing, requestId: string): Promise<void> {
    if (this.#room.house.setStanding(userId, standing, requestId)) this.#room.expel(userId)
  }

  /** For the upgrade only. The Worker has verified origin, form and ticket. */
  override async fetch(request: Request): Promise<Response> {
    const claims = connectionSchema.parse(JSON.parse(request.headers.get(CONNECTION_HEADER) ?? 'null'))
    const refusal = await this.#room.admit(claims)
    if (refusal !== null) return new Response(null, { status: ROOM_REFUSAL_STATUS[refusal] })
    const { 0: client, 1: server } = new WebSocketPair()
    this.#room.connect(claims, () => {
      this.ctx.acceptWebSocket(server, claims.person === null ? [] : [tagOf(claims.person.userId)])
      return server
    })
    this.#sendMetrics()
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL },
    })
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    await this.#room.receive(socket, message)
    this.#sendMetrics()
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string, wasClean: boolean): void {
    if (wasClean) answerClose(socket, code, reason)
    this.#room.disconnected(socket)
    this.#sendMetrics()
  }

  override webSocketError(socket: WebSocket): void {
    this.#room.disconnected(socket)
  }

  override alarm(): void {
    this.#room.ring()
    this.#sendMetrics()
  }
}
