import { createHmac, randomUUID } from 'node:crypto'
import { keepSecrets } from '../../../local/clerk.ts'
import type { Request } from '../clients/api.ts'

/** Clerk's word that somebody is gone, signed as Clerk signs; sent again it is the same message. */
export function tellOfDeletion(clerkUserId: string, dataDir: string): Request {
  const { clerkWebhookSecret } = keepSecrets(dataDir)
  const key = Buffer.from(clerkWebhookSecret.slice('whsec_'.length), 'base64')
  const id = `msg_${randomUUID()}`
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const body = {
    type: 'user.deleted',
    object: 'event',
    data: { id: clerkUserId, object: 'user', deleted: true },
  }
  const signed = `${id}.${timestamp}.${JSON.stringify(body)}`
  const signature = createHmac('sha256', key).update(signed).digest('base64')
  return {
    method: 'POST',
    path: '/api/webhooks/clerk',
    body,
    headers: { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` },
  }
}
