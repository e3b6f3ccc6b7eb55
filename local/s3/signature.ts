/** AWS Signature Version 4 for S3, verified: in the query (presigned) or in the Authorization header. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { S3Error } from './s3-error.ts'

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  region: string
}

export interface SignedRequest {
  method: string
  /** Path and query exactly as they came over the wire. */
  target: string
  /** Lower-case names, each with all its values. */
  headers: Record<string, string[] | undefined>
}

interface Claim {
  credential: string
  signedHeaders: string[]
  signature: string
  timestamp: string
  /** The SHA-256 of the body in hexadecimal, or UNSIGNED-PAYLOAD. */
  payloadHash: string
  query: [string, string][]
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
const UNSIGNED = 'UNSIGNED-PAYLOAD'
const MAX_SKEW_MS = 15 * 60_000
const MAX_EXPIRES_S = 7 * 24 * 3600

/**
 * Checks the signature, its expiry and that every signed header is there unchanged.
 * Returns the hash that the body must have, or null where the signature does not cover the body.
 * @throws S3Error
 */
export function verifySignature(
  request: SignedRequest,
  credentials: Credentials,
  nowMs: number,
): string | null {
  const { path, query } = splitTarget(request.target)
  const isPresigned = query.some(([name]) => name === 'X-Amz-Algorithm' || name === 'X-Amz-Signature')
  if (isPresigned && request.headers.authorization) {
    throw new S3Error('AccessDenied', 'Only one auth mechanism allowed')
  }
  const claim = isPresigned ? readQueryClaim(request, query, nowMs) : readHeaderClaim(request, query, nowMs)

  const [accessKeyId, date, region, service, terminator, ...rest] = claim.credential.split('/')
  const scope = [date, region, service, terminator].join('/')
  const wantedScope = `${claim.timestamp.slice(0, 8)}/${credentials.region}/s3/aws4_request`
  if (rest.length > 0 || scope !== wantedScope) {
    throw new S3Error(
      isPresigned ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed',
      `The credential's scope is "${scope}"; expecting "${wantedScope}"`,
    )
  }
  if (accessKeyId !== credentials.accessKeyId) {
    throw new S3Error(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
    )
  }
  refuseUnsigned(request, claim.signedHeaders)

  const canonical = [
    request.method,
    encodePath(path),
    canonicalQuery(claim.query),
    ...claim.signedHeaders.map((name) => `${name}:${headerValue(request, name)}`),
    '',
    claim.signedHeaders.join(';'),
    claim.payloadHash,
  ].join('\n')
  const stringToSign = [ALGORITHM, claim.timestamp, wantedScope, sha256(canonical)].join('\n')
  const wanted = sign(credentials, claim.timestamp.slice(0, 8), stringToSign)
  if (!isSame(claim.signature, wanted)) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { StringToSign: stringToSign, CanonicalRequest: canonical },
    )
  }
  return claim.payloadHash === UNSIGNED ? null : claim.payloadHash
}

function readQueryClaim(request: SignedRequest, query: [string, string][], nowMs: number): Claim {
  const one = (name: string): string => {
    const values = query.filter(([given]) => given === name)
    const value = values[0]?.[1]
    if (values.length !== 1 || value === undefined || value === '') {
      throw new S3Error('AuthorizationQueryParametersError', `${name} must be given exactly once`)
    }
    return value
  }
  if (one('X-Amz-Algorithm') !== ALGORITHM) {
    throw new S3Error('AuthorizationQueryParametersError', `X-Amz-Algorithm only supports "${ALGORITHM}"`)
  }
  const timestamp = one('X-Amz-Date')
  const expires = one('X-Amz-Expires')
  if (!/^\d{1,9}$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_EXPIRES_S) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      `X-Amz-Expires must be between 1 and ${MAX_EXPIRES_S} seconds`,
    )
  }
  const signedAtMs = parseTimestamp(timestamp)
  if (signedAtMs > nowMs + MAX_SKEW_MS) throw new S3Error('AccessDenied', 'Request is not valid yet')
  if (nowMs > signedAtMs + Number(expires) * 1000) {
    throw new S3Error('AccessDenied', 'Request has expired', { 'X-Amz-Expires': expires })
  }
  return {
    credential: one('X-Amz-Credential'),
    signedHeaders: one('X-Amz-SignedHeaders').split(';'),
    signature: one('X-Amz-Signature'),
    timestamp,
    payloadHash:
      query.find(([name]) => name === 'X-Amz-Content-Sha256')?.[1] ?? bodyHashHeader(request) ?? UNSIGNED,
    query: query.filter(([name]) => name !== 'X-Amz-Signature'),
  }
}

function readHeaderClaim(request: SignedRequest, query: [string, string][], nowMs: number): Claim {
  const [authorization, another] = request.headers.authorization ?? []
  if (authorization === undefined) throw new S3Error('AccessDenied', 'Access Denied')
  const match =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)$/.exec(
      authorization,
    )
  const [, credential, signedHeaders, signature] = match ?? []
  if (!credential || !signedHeaders || !signature || another !== undefined) {
    throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header is malformed.')
  }
  const timestamp = request.headers['x-amz-date']?.[0] ?? ''
  if (Math.abs(parseTimestamp(timestamp) - nowMs) > MAX_SKEW_MS) {
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    )
  }
  const payloadHash = bodyHashHeader(request)
  if (payloadHash === undefined)
    throw new S3Error('AccessDenied', 'Missing required header: x-amz-content-sha256')
  if (payloadHash !== UNSIGNED && !/^[0-9a-f]{64}$/.test(payloadHash)) {
    throw new S3Error('NotImplemented', 'Bodies that are signed in chunks are not supported')
  }
  return { credential, signedHeaders: signedHeaders.split(';'), signature, timestamp, payloadHash, query }
}

/** S3 refuses what a signature leaves open: the host, and headers by which a request could be changed. */
function refuseUnsigned(request: SignedRequest, signedHeaders: string[]): void {
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signedHeaders.includes(name),
  )
  if (unsigned.length > 0) {
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: unsigned.join(', '),
    })
  }
}

function bodyHashHeader(request: SignedRequest): string | undefined {
  return request.headers['x-amz-content-sha256']?.[0]
}

function headerValue(request: SignedRequest, name: string): string {
  return (request.headers[name] ?? []).map((value) => value.trim().replace(/ {2,}/g, ' ')).join(',')
}

/** Path and query of the wire, decoded; a plus is a space in both, as S3 reads it. */
export function splitTarget(target: string): { path: string; query: [string, string][] } {
  const mark = target.indexOf('?')
  const path = decode(mark === -1 ? target : target.slice(0, mark))
  const pairs = mark === -1 ? [] : target.slice(mark + 1).split('&')
  const query = pairs
    .filter((pair) => pair !== '')
    .map((pair): [string, string] => {
      const equals = pair.indexOf('=')
      return equals === -1
        ? [decode(pair), '']
        : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
    })
  return { path, query }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.")
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/')
}

function canonicalQuery(query: [string, string][]): string {
  return query
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function parseTimestamp(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  const [, year, month, day, hour, minute, second] = match ?? []
  const time = match ? Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) : Number.NaN
  if (Number.isNaN(time)) {
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
  }
  return time
}

function sign(credentials: Credentials, date: string, stringToSign: string): string {
  const key = [date, credentials.region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  )
  return createHmac('sha256', key).update(stringToSign).digest('hex')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
