import type { Cloud } from '../../../local/cloud.ts'
import type { Witness } from './witness.ts'

/** Has everything looked for that the server knows and nobody may learn. */
export function keepSecrets(witness: Witness, { secrets, mysql }: Cloud): void {
  const middleOfKey = secrets.clerkPrivateKey.split('\n')[5] ?? ''
  const kept: readonly (readonly [name: string, text: string])[] = [
    ['the key of access tokens', secrets.jwtSecretKey],
    ['the database’s password', secrets.planetscalePassword],
    ['the database server’s password', mysql.password],
    ['the token of Redis', secrets.upstashToken],
    ['the key of the storage', secrets.s3SecretAccessKey],
    ['the key of Clerk’s messages', secrets.clerkWebhookSecret.slice('whsec_'.length)],
    ['the key of the payment provider’s messages', secrets.paymentWebhookSecret.slice('whsec_'.length)],
    ['Clerk’s private key', middleOfKey],
  ]
  for (const [name, text] of kept) {
    if (text.length >= 8) witness.keep({ name, text, isNumber: false, mayKnow: () => false })
  }
}
