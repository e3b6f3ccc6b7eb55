import * as z from 'zod'
import { LOG_LEVELS } from './logger.ts'

const onOff = z.enum(['on', 'off'])
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)
/** As Standard Webhooks writes its keys. */
const signingSecret = z
  .string()
  .regex(
    /^whsec_(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    'must be whsec_ and base64 behind it',
  )
/** A PEM may stand on one line with `\n` written out, as files of variables want it. */
const pem = z.string().transform((text) => text.replaceAll('\\n', '\n'))

/** Every variable that the Worker reads; `.dev.vars.example` says what each is for. */
const variablesSchema = z.object({
  ENVIRONMENT: z.enum(['development', 'production']).default('production'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  DATABASE_URL: z.url({ protocol: /^https?$/ }),
  JWT_SECRET_KEY: z.string().min(32, 'must have at least 32 characters'),
  CLERK_JWT_KEY: pem.optional(),
  CLERK_WEBHOOK_SIGNING_SECRET: z.string().optional(),
  PAYMENT_WEBHOOK_SIGNING_SECRET: signingSecret.optional(),
  CLERK_AUTHORIZED_PARTIES: list.default([]),
  ADMIN_CLERK_IDS: list.default([]),
  ALLOWED_ORIGINS: list.default([]),
  UPSTASH_REDIS_REST_URL: z.url().optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  S3_ENDPOINT: z.url().optional(),
  S3_BUCKET: z.string().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_PUBLIC_BASE_URL: z.url().optional(),
  CLEARVIN_API_KEY: z.string().optional(),
  CLEARVIN_EMAIL: z.email().optional(),
  CLEARVIN_PASSWORD: z.string().optional(),
  VPIC: onOff.default('off'),
  METRICS_TOKEN: z.string().min(16).optional(),
  RATE_LIMITS: onOff.default('on'),
  BUYING_POWER: onOff.default('off'),
  BID_REQUIRES: list.pipe(z.array(z.enum(['id', 'payment']))).default([]),
  LISTING_REVIEW: z.enum(['auto', 'manual']).default('auto'),
  AUCTION_MIN_SECONDS: z.coerce.number().int().min(1).default(60),
})
export type Settings = z.infer<typeof variablesSchema>
export const VARIABLE_NAMES = Object.keys(variablesSchema.shape)

/** An unset variable and an empty one are the same: neither a file of variables nor a dashboard tells them apart. */
const withoutBlank = (env: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === 'string' && value !== ''))

/** Raised at the entry with every missing or wrong variable in one message; never with a value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** @throws SettingsError */
export function parseSettings(env: object): Settings {
  const parsed = variablesSchema.safeParse(withoutBlank(env))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) =>
    issue.code === 'invalid_type' && issue.input === undefined
      ? `${issue.path.join('.')} is missing`
      : `${issue.path.join('.')}: ${issue.message}`,
  )
  throw new SettingsError(`Variables: ${problems.join('; ')}`)
}
