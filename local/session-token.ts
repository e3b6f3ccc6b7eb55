/** The web application whose sessions these are; the Worker accepts no other party locally. */
export const LOCAL_AUTHORIZED_PARTY = 'http://localhost:3000'
const ISSUER = 'https://clerk.localhost'
const HOUR_S = 3600

/**
 * Signs a session token shaped like Clerk's (RS256, version 2 claims), valid for an hour from `nowMs`.
 * `claims` replaces or adds claims, which is how tests make expired and foreign ones.
 */
export async function signSessionToken(options: {
  privateKeyPem: string
  clerkUserId: string
  nowMs: number
  claims?: Record<string, unknown>
}): Promise<string> {
  const issuedAt = Math.floor(options.nowMs / 1000)
  const header = { alg: 'RS256', cat: 'cl_B7d4PD111AAA', kid: 'ins_local', typ: 'JWT' }
  const payload = {
    azp: LOCAL_AUTHORIZED_PARTY,
    exp: issuedAt + HOUR_S,
    iat: issuedAt,
    iss: ISSUER,
    nbf: issuedAt,
    sid: `sess_${options.clerkUserId}`,
    sts: 'active',
    sub: options.clerkUserId,
    v: 2,
    ...options.claims,
  }
  const text = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(payload))}`
  const key = await importPrivateKey(options.privateKeyPem)
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key, new TextEncoder().encode(text))
  return `${text}.${encodeBytes(new Uint8Array(signature))}`
}

function importPrivateKey(pem: string): Promise<CryptoKey> {
  const base64 = pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '')
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  return crypto.subtle.importKey('pkcs8', bytes, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, [
    'sign',
  ])
}

function encode(text: string): string {
  return encodeBytes(new TextEncoder().encode(text))
}

function encodeBytes(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
