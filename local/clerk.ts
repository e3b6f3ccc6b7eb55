import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { signSessionToken } from './session-token.ts'

/** The directory of the stack that `npm run dev` starts. */
export const DEV_DATA_DIR = '.local/dev'

const secretsSchema = z.object({
  clerkPrivateKey: z.string(),
  clerkPublicKey: z.string(),
  clerkWebhookSecret: z.string(),
  paymentWebhookSecret: z.string(),
  jwtSecretKey: z.string(),
  planetscalePassword: z.string(),
  upstashToken: z.string(),
  s3AccessKeyId: z.string(),
  s3SecretAccessKey: z.string(),
})
export type Secrets = z.infer<typeof secretsSchema>

/** The keys of one local stack, made once and kept in `<dataDir>/secrets.json`. */
export function keepSecrets(dataDir: string): Secrets {
  const path = join(dataDir, 'secrets.json')
  const complete = secretsSchema.safeParse(readFile(path))
  if (complete.success) return complete.data
  const partial = secretsSchema.partial().safeParse(readFile(path))
  const secrets = secretsSchema.parse({ ...makeSecrets(), ...partial.data })
  mkdirSync(dataDir, { recursive: true })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  try {
    if (partial.success) {
      renameSync(draft, path)
      return secrets
    }
    // Linked into place: of two processes that make secrets at once, the second takes those of the first.
    linkSync(draft, path)
    return secrets
  } catch (error) {
    const winner = secretsSchema.safeParse(readFile(path))
    if (!winner.success) throw error
    return winner.data
  } finally {
    rmSync(draft, { force: true })
  }
}

function makeSecrets(): Secrets {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return {
    clerkPrivateKey: pair.privateKey,
    clerkPublicKey: pair.publicKey,
    clerkWebhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    paymentWebhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    jwtSecretKey: randomBytes(32).toString('hex'),
    planetscalePassword: randomBytes(16).toString('hex'),
    upstashToken: randomBytes(24).toString('hex'),
    s3AccessKeyId: randomBytes(10).toString('hex').toUpperCase(),
    s3SecretAccessKey: randomBytes(20).toString('hex'),
  }
}

/** The content of a JSON file; undefined where there is none. */
function readFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** A session token for any Clerk user id, signed with the stack's key pair; valid 1 h. */
export function createSessionToken(clerkUserId: string, dataDir: string = DEV_DATA_DIR): Promise<string> {
  const { clerkPrivateKey } = keepSecrets(dataDir)
  return signSessionToken({ privateKeyPem: clerkPrivateKey, clerkUserId, nowMs: Date.now() })
}
