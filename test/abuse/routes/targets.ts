import { createHmac } from 'node:crypto'
import type { Request } from '../clients/http.ts'
import type { Person } from '../scene/people.ts'
import type { Member, Scene } from '../scene/scene.ts'
import type { Route } from './routes.ts'

/** Where a request of a route goes, and who sends it so that it gets past the door. */
export interface Target {
  path: string
  as: Person | undefined
  member: Member
}

const ADMIN_PATHS = ['/approve', '/reject', '/void', '/refunds']
const ADMIN_ROOT = '/api/admin'
/** What nobody has: of an admin's doing to people nobody of the scene shall be the victim. */
const NOBODY = '999999999'
/** Reached without an account, or with a token of another kind. */
const PUBLIC_PATHS = [
  '/health',
  '/metrics',
  '/openapi.json',
  '/docs',
  '/api/vin',
  '/api/webhooks',
  '/api/auth/clerk-sync',
]

/** The names of a path's parameters. */
export const parametersOf = ({ path }: Route): string[] =>
  [...path.matchAll(/:([a-z_]+)/g)].flatMap(([, name]) => name ?? [])

interface TargetParts {
  scene: Scene
  /** A session token of Clerk's for a person. */
  sessionToken: (clerkUserId: string) => Promise<string>
  /** `whsec_…` */
  webhookSecret: string
}

/** Turns to the crew one after the other, so that no one's limits are used up. */
export class Targets {
  readonly #parts: TargetParts
  readonly #sessions = new Map<string, Promise<string>>()
  #next = 0

  constructor(parts: TargetParts) {
    this.#parts = parts
  }

  /** A target of its own for each request; `replaced` goes in place of a path's parameter, as it is. */
  aim(route: Route, replaced: Readonly<Record<string, string>> = {}): Target {
    const { crew, admins } = this.#parts.scene
    this.#next += 1
    const member = crew[this.#next % crew.length]
    const admin = admins[this.#next % admins.length]
    if (member === undefined || admin === undefined) throw new Error('There is nobody to send it')
    const isPayment = route.method === 'POST' && route.path.endsWith('/payments')
    const isAdmins =
      isPayment ||
      route.path.startsWith(ADMIN_ROOT) ||
      ADMIN_PATHS.some((ending) => route.path.endsWith(ending))
    const isPublic = PUBLIC_PATHS.some((start) => route.path.startsWith(start)) || route.path === '/api'
    const path = route.path.replaceAll(/:([a-z_]+)/g, (_, name: string) => {
      return replaced[name] ?? this.#valueOf(route, name, member)
    })
    return { path, as: isPublic ? undefined : isAdmins ? admin : member.person, member }
  }

  /** The request to a target: with whatever else it needs to be taken for a good one. */
  async request(route: Route, { path, as, member }: Target, text: string | null): Promise<Request> {
    const request: Request = { method: route.method, path, ...(text === null ? {} : { text }) }
    if (as !== undefined) request.as = as
    if (route.path === '/api/auth/clerk-sync') request.token = await this.#sessionOf(member.person)
    if (route.path === '/api/webhooks/clerk') request.headers = this.#sign(text ?? '')
    return request
  }

  #sessionOf({ clerkUserId }: Person): Promise<string> {
    const session = this.#sessions.get(clerkUserId) ?? this.#parts.sessionToken(clerkUserId)
    this.#sessions.set(clerkUserId, session)
    return session
  }

  /** As Clerk's messages are signed: what is in them is what is tried here, not whether they are its own. */
  #sign(text: string): Record<string, string> {
    const key = Buffer.from(this.#parts.webhookSecret.slice('whsec_'.length), 'base64')
    const id = `msg_${crypto.randomUUID()}`
    const timestamp = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')
    return { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` }
  }

  #valueOf({ method, path }: Route, name: string, member: Member): string {
    const { arena, orderId } = this.#parts.scene
    if (name === 'image_id') return String(member.imageId)
    if (name === 'document_id') return String(member.documentId)
    if (name === 'bid_id') return String(arena.bidId)
    if (name === 'vin') return '1HGCV1F30MA000001'
    if (name === 'provider') return 'standard'
    if (name === 'vehicle_id') return String(member.draftId)
    if (name !== 'id') throw new Error(`${path} has a parameter that is not known here: ${name}`)
    if (path.startsWith('/api/orders')) return String(orderId)
    if (path.startsWith('/api/vehicles')) return String(member.draftId)
    if (!path.startsWith('/api/auctions')) return NOBODY
    // What its seller may change is an auction of one's own.
    const isOwn = method === 'PATCH' || path.endsWith('/cancel')
    return String(isOwn ? member.auctionId : arena.auctionId)
  }
}
