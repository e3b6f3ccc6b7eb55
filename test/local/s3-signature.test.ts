// The worked examples of AWS's documentation (Signature Version 4 for S3, "Examples: Signature Calculations"),
// which nothing of ours has signed.
import { describe, expect, test } from 'vitest'
import { S3Error } from '../../local/s3/s3-error.ts'
import { type SignedRequest, verifySignature } from '../../local/s3/signature.ts'

const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
}
const SIGNED_AT_MS = Date.parse('2013-05-24T00:00:00Z')
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const WELCOME_HASH = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'
const SCOPE = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'

const host = ['examplebucket.s3.amazonaws.com']
const presigned: SignedRequest = {
  method: 'GET',
  target:
    '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  headers: { host },
}
const getRange: SignedRequest = {
  method: 'GET',
  target: '/test.txt',
  headers: {
    host,
    range: ['bytes=0-9'],
    'x-amz-content-sha256': [EMPTY_HASH],
    'x-amz-date': ['20130524T000000Z'],
    authorization: [
      `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
    ],
  },
}
const put: SignedRequest = {
  method: 'PUT',
  target: '/test%24file.text',
  headers: {
    host,
    date: ['Fri, 24 May 2013 00:00:00 GMT'],
    'x-amz-date': ['20130524T000000Z'],
    'x-amz-storage-class': ['REDUCED_REDUNDANCY'],
    'x-amz-content-sha256': [WELCOME_HASH],
    authorization: [
      `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd`,
    ],
  },
}
const listing: SignedRequest = {
  method: 'GET',
  target: '/?max-keys=2&prefix=J',
  headers: {
    host,
    'x-amz-date': ['20130524T000000Z'],
    'x-amz-content-sha256': [EMPTY_HASH],
    authorization: [
      `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7`,
    ],
  },
}

function refusalOf(request: SignedRequest, nowMs = SIGNED_AT_MS, credentials = CREDENTIALS): string {
  try {
    verifySignature(request, credentials, nowMs)
    return 'accepted'
  } catch (error) {
    if (error instanceof S3Error) return `${error.code}: ${error.message}`
    throw error
  }
}

describe('the examples of the documentation are right', () => {
  test.each([
    ['presigned GET', presigned, null],
    ['GET of a range', getRange, EMPTY_HASH],
    ['PUT with a key that needs encoding', put, WELCOME_HASH],
    ['listing with a query', listing, EMPTY_HASH],
  ])('%s', (_, request, bodyHash) => {
    expect(verifySignature(request, CREDENTIALS, SIGNED_AT_MS)).toBe(bodyHash)
  })
})

describe('whatever is changed, the signature does not match', () => {
  const changed: [string, SignedRequest][] = [
    ['the method', { ...presigned, method: 'PUT' }],
    ['the key', { ...presigned, target: presigned.target.replace('/test.txt', '/other.txt') }],
    ['the expiry', { ...presigned, target: presigned.target.replace('=86400', '=86401') }],
    ['a parameter more', { ...presigned, target: `${presigned.target}&x-id=GetObject` }],
    ['the host', { ...presigned, headers: { host: ['another.example.com'] } }],
    ['a signed header', { ...getRange, headers: { ...getRange.headers, range: ['bytes=0-99'] } }],
    ['a signed header that is missing', { ...getRange, headers: { ...getRange.headers, range: undefined } }],
    ['the hash of the body', { ...put, headers: { ...put.headers, 'x-amz-content-sha256': [EMPTY_HASH] } }],
    ['the signature', { ...presigned, target: presigned.target.replace(/4$/, '5') }],
    ['the signature, cut short', { ...presigned, target: presigned.target.slice(0, -1) }],
  ]
  test.each(changed)('%s', (_, request) => {
    expect(refusalOf(request)).toMatch(/^SignatureDoesNotMatch/)
  })

  test('the secret', () => {
    expect(refusalOf(presigned, SIGNED_AT_MS, { ...CREDENTIALS, secretAccessKey: 'another' })).toMatch(
      /^SignatureDoesNotMatch/,
    )
  })
})

describe('time', () => {
  const DAY_MS = 86_400_000
  test('a presigned URL is good to its last second and not longer', () => {
    expect(refusalOf(presigned, SIGNED_AT_MS + DAY_MS)).toBe('accepted')
    expect(refusalOf(presigned, SIGNED_AT_MS + DAY_MS + 1)).toBe('AccessDenied: Request has expired')
  })

  test('one from the future is not valid yet', () => {
    expect(refusalOf(presigned, SIGNED_AT_MS - 15 * 60_000)).toBe('accepted')
    expect(refusalOf(presigned, SIGNED_AT_MS - 15 * 60_000 - 1)).toBe(
      'AccessDenied: Request is not valid yet',
    )
  })

  test('a signed request is good for fifteen minutes either way', () => {
    expect(refusalOf(getRange, SIGNED_AT_MS + 15 * 60_000)).toBe('accepted')
    expect(refusalOf(getRange, SIGNED_AT_MS + 15 * 60_000 + 1)).toMatch(/^RequestTimeTooSkewed/)
    expect(refusalOf(getRange, SIGNED_AT_MS - 15 * 60_000 - 1)).toMatch(/^RequestTimeTooSkewed/)
  })

  test.each(['0', '604801', '-1', '1e3', ''])('X-Amz-Expires=%s is refused', (expires) => {
    const target = presigned.target.replace('=86400', `=${expires}`)
    expect(refusalOf({ ...presigned, target })).toMatch(/^AuthorizationQueryParametersError/)
  })
})

describe('what is not signed at all', () => {
  test('no credentials', () => {
    expect(refusalOf({ method: 'GET', target: '/test.txt', headers: { host } })).toMatch(/^AccessDenied/)
  })

  test('an access key that is not known', () => {
    expect(refusalOf(presigned, SIGNED_AT_MS, { ...CREDENTIALS, accessKeyId: 'AKIAOTHER' })).toMatch(
      /^InvalidAccessKeyId/,
    )
  })

  test('another region', () => {
    expect(refusalOf(presigned, SIGNED_AT_MS, { ...CREDENTIALS, region: 'eu-west-1' })).toMatch(
      /^AuthorizationQueryParametersError/,
    )
    expect(refusalOf(getRange, SIGNED_AT_MS, { ...CREDENTIALS, region: 'eu-west-1' })).toMatch(
      /^AuthorizationHeaderMalformed/,
    )
  })

  test('an x-amz header that the signature leaves open', () => {
    const headers = { ...presigned.headers, 'x-amz-acl': ['public-read'] }
    expect(refusalOf({ ...presigned, headers })).toMatch(/^AccessDenied: There were headers/)
  })

  test('both ways of signing at once, and a parameter given twice', () => {
    const both = { ...presigned, headers: { ...presigned.headers, ...getRange.headers } }
    expect(refusalOf(both)).toBe('AccessDenied: Only one auth mechanism allowed')
    const twice = { ...presigned, target: `${presigned.target}&X-Amz-Expires=604800` }
    expect(refusalOf(twice)).toMatch(/^AuthorizationQueryParametersError/)
  })
})
