/** Messages as providers sign them: Standard Webhooks, made without the library that checks it. */
import { inject } from 'vitest'
import { type ApiResponse, api } from './api.ts'

export async function signMessage(secret: string, text: string): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.replace('whsec_', '')), (character) => character.charCodeAt(0))
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))
  return `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`
}

export const CLERK_PATH = '/api/webhooks/clerk'

export interface ClerkDelivery {
  id?: string
  timestampS?: number
  secret?: string
  /** What is signed, where it is not what is sent. */
  signed?: string
}

/** Sends a message as Clerk does. */
export async function deliverClerk(
  event: object | string,
  delivery: ClerkDelivery = {},
): Promise<ApiResponse> {
  const body = typeof event === 'string' ? event : JSON.stringify(event)
  const id = delivery.id ?? `msg_${crypto.randomUUID()}`
  const timestamp = String(delivery.timestampS ?? Math.floor(Date.now() / 1000))
  const secret = delivery.secret ?? inject('clerkWebhookSecret')
  const signature = await signMessage(secret, `${id}.${timestamp}.${delivery.signed ?? body}`)
  return api('POST', CLERK_PATH, {
    body,
    headers: { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature },
  })
}

/** Clerk's word that somebody is gone. */
export const deletedAtClerk = (clerkUserId: string) => ({
  type: 'user.deleted',
  object: 'event',
  data: { id: clerkUserId, object: 'user', deleted: true },
})
