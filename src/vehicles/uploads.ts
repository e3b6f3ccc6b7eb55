import type { ObjectStorage } from '../external/s3.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { UploadRequest } from './body-schemas.ts'
import type { VehicleContext } from './context.ts'
import { requireOpenForFiles } from './edit-vehicle.ts'
import { requireOwner } from './find-vehicle.ts'
import { FILE_RULES, type FileKind, filePrefix, isOwnKey, uploadKey } from './vehicle.ts'

/** What a browser needs to send a file straight to the storage. */
export interface SignedUpload {
  upload_url: string
  s3_key: string
  public_url: string
  method: 'PUT'
  headers: Record<string, string>
  expires_in: number
}

/** @throws AppError `unavailable` */
function requireStorage({ storage }: VehicleContext): ObjectStorage {
  if (!storage) throw new AppError('unavailable', 'The file storage is not configured')
  return storage
}

/**
 * A signed address for one file of the vehicle, under a key that is chosen here. The file is kept under that key once
 * it is put to the vehicle; until then it lies elsewhere, where its address may write for as long as it is good.
 * @throws AppError `forbidden`, `not_found`, `wrong_status`, `unavailable`
 */
export async function signUpload(
  ctx: VehicleContext & SignedIn,
  vehicleId: number,
  { kind, content_type, size }: UploadRequest,
): Promise<SignedUpload> {
  requireOpenForFiles(await requireOwner(ctx.db, vehicleId, ctx.actor, 'owner or admin'))
  return await signFile(ctx, vehicleId, { kind, content_type, size })
}

/** A file that is about to be uploaded. */
export type FileRequest = Pick<UploadRequest, 'content_type' | 'size'> & { kind: FileKind }

/** The same for whoever is known to be allowed to put such a file to the vehicle. @throws AppError `unavailable` */
export async function signFile(
  ctx: VehicleContext,
  vehicleId: number,
  { kind, content_type, size }: FileRequest,
): Promise<SignedUpload> {
  const storage = requireStorage(ctx)
  const key = `${filePrefix(vehicleId, kind)}${crypto.randomUUID()}.${FILE_RULES[kind].endings[content_type]}`
  const pending = uploadKey(key)
  const upload = await storage.signUpload(pending, content_type, size ?? null, ctx.now)
  const publicUrl = kind === 'image' ? storage.publicUrl(key) : null
  return {
    upload_url: upload.url,
    s3_key: key,
    public_url: publicUrl ?? (await storage.privateUrl(pending, ctx.now)),
    method: 'PUT',
    headers: upload.headers,
    expires_in: upload.expiresInSeconds,
  }
}

export interface UploadedFile {
  contentType: string
  sizeBytes: number
  etag: string
}

/**
 * Looks at the object that was uploaded: there, of this vehicle, of a type and size that its kind may have.
 * @throws AppError `validation_failed`, `not_uploaded`, `unavailable`
 */
export async function requireUploaded(
  ctx: VehicleContext,
  vehicleId: number,
  kind: FileKind,
  key: string,
): Promise<UploadedFile> {
  if (!isOwnKey(key, vehicleId, kind)) throw refuse('Not a key that was given out for this vehicle')
  const object = await requireStorage(ctx).head(uploadKey(key))
  if (!object) throw new AppError('not_uploaded')
  const { endings, maxBytes } = FILE_RULES[kind]
  const contentType = object.contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!(contentType in endings)) throw refuse(`No ${kind} has the type of this file`)
  if (object.sizeBytes < 1 || object.sizeBytes > maxBytes)
    throw refuse(`The file must have 1 to ${maxBytes} bytes`)
  return { contentType, sizeBytes: object.sizeBytes, etag: object.etag }
}

/**
 * Copies what was looked at to where no signed address writes. Called under the vehicle's lock, for a key that no row
 * has: of two at once one copies, and what is kept is never written again.
 * @throws AppError `not_uploaded` where another file has come in its place since; `unavailable`
 */
export async function keepUploaded(ctx: VehicleContext, key: string, { etag }: UploadedFile): Promise<void> {
  const isKept = await requireStorage(ctx).copy(uploadKey(key), key, etag)
  if (!isKept) throw new AppError('not_uploaded', 'The file was replaced meanwhile')
}

const refuse = (message: string) =>
  new AppError('validation_failed', message, { details: [{ path: 's3_key', message }] })

/** Lets the file go after the answer; one that stays behind costs room and nothing else. */
export function deleteLater(ctx: VehicleContext, key: string): void {
  if (ctx.storage) ctx.waitUntil(ctx.storage.delete(key).catch(() => undefined))
}
