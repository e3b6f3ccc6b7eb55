import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'

/** Tokens as somebody would make them who has none, or not the right one. */

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')

const HMAC = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const
export type HmacAlgorithm = keyof typeof HMAC

export function forgeHmac(
  header: { alg: HmacAlgorithm } & Record<string, unknown>,
  claims: object,
  secret: string,
): string {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${createHmac(HMAC[header.alg], secret).update(text).digest('base64url')}`
}

export function forgeRsa(header: Record<string, unknown>, claims: object, privateKeyPem: string): string {
  const text = `${encode({ ...header, alg: 'RS256' })}.${encode(claims)}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKeyPem, 'base64url')}`
}

/** Without a signature; `alg` as written, since checks of it have been known to look at one spelling only. */
export const forgeUnsigned = (alg: string, header: object, claims: object): string =>
  `${encode({ ...header, alg })}.${encode(claims)}.`

/** The claims, or the header, of a token that is at hand. */
export function readPart(token: string, part: 'header' | 'claims'): Record<string, unknown> {
  const text = token.split('.')[part === 'header' ? 0 : 1] ?? ''
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
}

/** The token with some of its claims replaced, under the signature that it had. */
export function tamper(token: string, claims: object): string {
  const [header, , signature] = token.split('.')
  return `${header}.${encode({ ...readPart(token, 'claims'), ...claims })}.${signature}`
}

export const makeForeignKey = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey
