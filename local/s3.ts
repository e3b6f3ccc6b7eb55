/**
 * A small S3 on disk: path-style PUT, copying, GET, HEAD and DELETE of objects in one bucket. It verifies Signature V4 (in
 * the query or the header), expiry and every signed header as S3 does, so that what it refuses would be refused
 * there too. CORS is that of a bucket for browser uploads: any origin, GET, HEAD and PUT, the ETag exposed.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Listening, listen } from './http-server.ts'
import { copyObject, describeCopy, isCopy } from './s3/copy.ts'
import { Objects, type StoredObject } from './s3/objects.ts'
import { S3Error } from './s3/s3-error.ts'
import { splitTarget, verifySignature } from './s3/signature.ts'

export type S3 = Listening

export interface S3Options {
  /** 0 takes any free port. */
  port: number
  dir: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** The clock by which signatures expire; the real one unless given. */
  nowMs?: () => number
}

const KEEP_ALIVE_MS = 3_600_000
const MAX_KEY_BYTES = 1_024
const CORS_METHODS = ['GET', 'HEAD', 'PUT']
/** Given with the object and returned with it. */
const KEPT_HEADERS = /^(?:content-type|content-disposition|content-encoding|cache-control|x-amz-meta-[\w-]+)$/
const KNOWN_QUERY = /^(?:x-amz-|response-content-(?:type|disposition)$|x-id$)/i

/** Starts the server on 127.0.0.1; rejects when the port is taken. */
export async function startS3(options: S3Options): Promise<S3> {
  const objects = new Objects(join(options.dir, options.bucket))
  await objects.prepare()
  const nowMs = options.nowMs ?? Date.now

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    const requestId = randomUUID()
    response.setHeader('x-amz-request-id', requestId)
    if (request.headers.origin) {
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('access-control-expose-headers', 'ETag')
      response.setHeader('vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method')
    }
    answer(request, response).catch((error: unknown) => {
      const refusal =
        error instanceof S3Error ? error : new S3Error('InternalError', 'We encountered an internal error.')
      refuse(request, response, refusal, requestId)
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET'
    if (method === 'OPTIONS') return answerPreflight(request, response)
    const target = request.url ?? '/'
    const { path, query } = splitTarget(target)
    const bodyHash = verifySignature({ method, target, headers: request.headersDistinct }, options, nowMs())
    const slash = path.indexOf('/', 1)
    const bucket = path.slice(1, slash === -1 ? undefined : slash)
    const key = slash === -1 ? '' : path.slice(slash + 1)
    if (bucket !== options.bucket) {
      throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket })
    }
    if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError', 'Your key is too long')
    const unknown = query.find(([name]) => !KNOWN_QUERY.test(name))
    if (unknown) {
      throw new S3Error(
        'NotImplemented',
        'A header or parameter implies functionality that is not implemented',
      )
    }
    if (key === '') {
      if (method !== 'HEAD') throw new S3Error('NotImplemented', 'Of a bucket only HEAD is implemented')
      response.writeHead(200).end()
    } else if (method === 'PUT' && isCopy(request.headersDistinct)) {
      const copy = await copyObject(objects, bucket, key, request.headersDistinct)
      response.writeHead(200, { 'content-type': 'application/xml' }).end(describeCopy(copy))
    } else if (method === 'PUT') {
      await put(key, request, response, bodyHash)
    } else if (method === 'GET' || method === 'HEAD') {
      await get(key, new Map(query), request, response)
    } else if (method === 'DELETE') {
      await objects.remove(key)
      response.writeHead(204).end()
    } else {
      throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.')
    }
  }

  async function put(
    key: string,
    request: IncomingMessage,
    response: ServerResponse,
    bodyHash: string | null,
  ) {
    const length = request.headers['content-length']
    if (length === undefined) {
      throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.')
    }
    const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' }
    for (const [name, [value]] of Object.entries(request.headersDistinct).map(
      ([name, values]) => [name, values ?? []] as const,
    )) {
      if (KEPT_HEADERS.test(name) && value !== undefined) kept[name] = value
    }
    const object = await objects.write(key, request, kept, {
      sizeBytes: Number(length),
      sha256: bodyHash,
      md5Base64: request.headersDistinct['content-md5']?.[0] ?? null,
    })
    response.writeHead(200, { etag: object.etag }).end()
  }

  async function get(
    key: string,
    query: Map<string, string>,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    const object = await objects.find(key)
    if (!object) throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key })
    const headers: Record<string, string> = {
      ...object.headers,
      etag: object.etag,
      'last-modified': object.lastModified,
      'accept-ranges': 'bytes',
    }
    for (const name of ['content-type', 'content-disposition']) {
      const wanted = query.get(`response-${name}`)
      if (wanted !== undefined) headers[name] = wanted
    }
    if (request.headers['if-none-match'] === object.etag) return void response.writeHead(304, headers).end()
    const range = readRange(request.headers.range, object)
    const { start, end } = range ?? { start: 0, end: object.sizeBytes - 1 }
    headers['content-length'] = String(end - start + 1)
    if (range) headers['content-range'] = `bytes ${start}-${end}/${object.sizeBytes}`
    response.writeHead(range ? 206 : 200, headers)
    if (request.method === 'HEAD' || object.sizeBytes === 0) return void response.end()
    await pipeline(objects.read(object, { start, end }), response)
  }

  return await listen(server, options.port)
}

function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  const method = request.headers['access-control-request-method'] ?? ''
  if (!request.headers.origin || !CORS_METHODS.includes(method)) {
    throw new S3Error('AccessDenied', 'CORSResponse: This CORS request is not allowed.')
  }
  const wanted = request.headers['access-control-request-headers']
  response
    .writeHead(200, {
      'access-control-allow-methods': CORS_METHODS.join(', '),
      'access-control-max-age': '3000',
      ...(wanted !== undefined && { 'access-control-allow-headers': wanted }),
    })
    .end()
}

/** One range of bytes; several at once are answered with the whole object, as S3 does. */
function readRange(header: string | undefined, object: StoredObject): { start: number; end: number } | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return null
  const lastByte = object.sizeBytes - 1
  const start = first === '' ? Math.max(object.sizeBytes - Number(last), 0) : Number(first)
  const end = first === '' || last === '' ? lastByte : Math.min(Number(last), lastByte)
  if (start > lastByte || (first === '' && Number(last) === 0)) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable')
  }
  return start > end ? null : { start, end }
}

function refuse(request: IncomingMessage, response: ServerResponse, error: S3Error, requestId: string): void {
  if (response.headersSent || response.destroyed) return void response.destroy()
  // The rest of an upload is read, so that a client that is still sending gets to see the answer.
  request.resume()
  const path = (request.url ?? '/').replace(/\?.*$/s, '')
  response.writeHead(error.status, { 'content-type': 'application/xml' })
  response.end(request.method === 'HEAD' ? undefined : error.toXml(path, requestId))
}
