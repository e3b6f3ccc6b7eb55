import { DurableObject } from 'cloudflare:workers'
import { Hono } from 'hono'
import { z } from 'zod'

interface Bindings {
  ROOM: DurableObjectNamespace<BareRoom>
}

const bidSchema = z.object({ id: z.string(), amount: z.number() })

/** The least that can be called a room: parse, one INSERT, an answer, one frame to everyone for each bid. */
export class BareRoom extends DurableObject<Bindings> {
  readonly #sql: SqlStorage
  #seq: number

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    this.#sql.exec('CREATE TABLE IF NOT EXISTS bids (seq INTEGER PRIMARY KEY, bid TEXT NOT NULL)')
    this.#seq = this.#sql.exec<{ seq: number }>('SELECT COALESCE(MAX(seq), 0) AS seq FROM bids').one().seq
  }

  override fetch(request: Request): Response {
    if (request.headers.get('Upgrade') !== 'websocket') return Response.json({ seq: this.#seq })
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  override webSocketMessage(socket: WebSocket, message: string): void {
    const { id, amount } = bidSchema.parse(JSON.parse(message))
    const seq = ++this.#seq
    this.#sql.exec('INSERT INTO bids (seq, bid) VALUES (?, ?)', seq, message)
    socket.send(JSON.stringify({ type: 'accepted', id, seq }))
    const event = JSON.stringify({ type: 'event', seq, amount, at: new Date().toISOString() })
    for (const watcher of this.ctx.getWebSockets()) watcher.send(event)
  }
}

const app = new Hono<{ Bindings: Bindings }>()
app.get('/health', (c) => c.json({ status: 'healthy' }))
app.get('/rooms/:name', (c) => c.env.ROOM.getByName(c.req.param('name')).fetch(c.req.raw))

export default app
