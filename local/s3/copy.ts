/** CopyObject: a PUT without a body, whose bytes and headers are those of another object of the bucket. */
import type { Objects, StoredObject } from './objects.ts'
import { S3Error } from './s3-error.ts'

type Headers = Record<string, string[] | undefined>

const SOURCE = 'x-amz-copy-source'
const IF_MATCH = 'x-amz-copy-source-if-match'

/** Whether the request is a copy. @throws S3Error where it asks for more than is implemented */
export function isCopy(headers: Headers): boolean {
  const asked = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-copy-') || /^x-amz-(?:metadata|tagging)-directive$/.test(name),
  )
  if (asked.some((name) => name !== SOURCE && name !== IF_MATCH)) {
    throw new S3Error('NotImplemented', 'A header implies functionality that is not implemented')
  }
  return asked.includes(SOURCE)
}

/** Copies within the bucket, where the source is still what the condition says. */
export async function copyObject(
  objects: Objects,
  bucket: string,
  key: string,
  headers: Headers,
): Promise<StoredObject> {
  const sourceKey = readSource(headers[SOURCE]?.[0] ?? '', bucket)
  if (sourceKey === key) {
    throw new S3Error('InvalidRequest', 'This copy request is illegal because it copies an object to itself.')
  }
  const source = await objects.find(sourceKey)
  if (!source) throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: sourceKey })
  const wanted = headers[IF_MATCH]?.[0]
  if (wanted !== undefined && wanted.replaceAll('"', '') !== source.etag.replaceAll('"', '')) {
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
      Condition: 'x-amz-copy-source-If-Match',
    })
  }
  const bytes = objects.read(source, { start: 0, end: Math.max(0, source.sizeBytes - 1) })
  return await objects.write(key, bytes, source.headers, {
    sizeBytes: source.sizeBytes,
    sha256: null,
    md5Base64: null,
  })
}

export const describeCopy = ({ etag, lastModified }: StoredObject): string =>
  '<?xml version="1.0" encoding="UTF-8"?>\n<CopyObjectResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
  `<LastModified>${new Date(lastModified).toISOString()}</LastModified><ETag>${etag.replaceAll('"', '&quot;')}</ETag></CopyObjectResult>`

/** The key in `/bucket/key`, which comes encoded like a path. */
function readSource(header: string, bucket: string): string {
  let decoded = ''
  try {
    decoded = decodeURIComponent(header)
  } catch {
    // Left empty, and so refused below.
  }
  const prefix = `${bucket}/`
  const path = decoded.replace(/^\//, '')
  if (!path.includes('/')) throw new S3Error('InvalidArgument', 'Invalid copy source object key')
  if (!path.startsWith(prefix)) {
    throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', {
      BucketName: path.slice(0, path.indexOf('/')),
    })
  }
  return path.slice(prefix.length)
}
