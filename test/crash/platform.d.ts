import type * as platform from '@cloudflare/workers-types/index.ts'

/** What the Worker's own files name; all of the platform's types would hide Node's. */
declare global {
  type DurableObjectStorage = platform.DurableObjectStorage
  type SqlStorage = platform.SqlStorage
  type SqlStorageValue = platform.SqlStorageValue
}
