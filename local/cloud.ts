import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { keepSecrets, type Secrets } from './clerk.ts'
import { createDatabase, dropDatabases } from './databases.ts'
import { DirectoryInUseError, lockDirectory } from './lock.ts'
import { type MysqlServer, startMariadb } from './mariadb.ts'
import { type Planetscale, startPlanetscale } from './planetscale.ts'
import { clearOrphans, type Log } from './processes.ts'
import { type RedisServer, startRedis } from './redis.ts'
import { announceStack, withdrawStack } from './running.ts'
import { startS3 } from './s3.ts'
import { LOCAL_AUTHORIZED_PARTY } from './session-token.ts'
import { startUpstash, type Upstash } from './upstash.ts'

const BUCKET = 'vehicle-auctions'
const REGION = 'us-east-1'
const MAX_DIRECTORIES = 8
/** The Clerk id that is an administrator on a local stack. */
export const LOCAL_ADMIN_CLERK_ID = 'local_admin'

export interface Cloud {
  /** Every variable that the Worker needs, `DATABASE_URL` naming the database `auctions`. */
  env: Record<string, string>
  /** Where everything of this stack lies; differs from what was asked for where that was in use. */
  dataDir: string
  secrets: Secrets
  mysql: MysqlServer
  redis: RedisServer
  /** For faults, counts and databases of one's own in tests. */
  planetscale: Planetscale
  upstash: Upstash
  /** The PlanetScale driver's URL of a database. */
  databaseUrl(name: string): string
  /** Creates a database (in a throw-away stack anew) and gives its URL. */
  createDatabase(name: string): Promise<string>
  /** Tells when MySQL or Redis ends without having been stopped. */
  watch(onEnd: (name: string, how: string) => void): void
  stop(): Promise<void>
}

export interface CloudOptions {
  dataDir: string
  /** 0 or nothing: any free port. */
  ports?: { planetscale?: number; upstash?: number; s3?: number }
  log: Log
  /** For tests: nothing is kept from an earlier run, writes are not synced, a directory in use is stepped over. */
  throwAway?: boolean
}

/** Starts everything that the Worker talks to. What an earlier run left running in the directory is ended first. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { dataDir, unlock } = claimDirectory(resolve(options.dataDir), options.throwAway ?? false)
  const stops: (() => Promise<void>)[] = []
  let isStopped = false
  const stop = async () => {
    isStopped = true
    // In the reverse order of their starting; one that fails to stop keeps no other from stopping.
    for (const end of stops.splice(0).reverse()) {
      await end().catch((error: unknown) => options.log(`could not stop a part: ${error}`))
    }
    unlock()
  }
  try {
    const parts = await startParts(options, dataDir, stops)
    return {
      ...parts,
      watch(onEnd) {
        parts.mysql.ended?.then((how) => isStopped || onEnd('MySQL', how))
        parts.redis.ended?.then((how) => isStopped || onEnd('Redis', how))
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(
  options: CloudOptions,
  dataDir: string,
  stops: (() => Promise<void>)[],
): Promise<Omit<Cloud, 'watch' | 'stop'>> {
  const { log, ports, throwAway = false } = options
  await clearOrphans(dataDir, log)
  const secrets = keepSecrets(dataDir)
  const bucketDir = join(dataDir, 's3')
  if (throwAway) rmSync(bucketDir, { recursive: true, force: true })

  const keep = async <T>(starting: Promise<T>, end: (part: T) => Promise<void>): Promise<T> => {
    const part = await starting
    stops.push(() => end(part))
    return part
  }
  const durable = !throwAway
  const servers = [
    keep(startMariadb({ dataDir, log, durable }), (part) => part.stop()),
    keep(startRedis({ dataDir, log, durable }), (part) => part.stop()),
  ] as const
  // Where one fails, the slower one is waited for too, so that it can be stopped.
  await Promise.allSettled(servers)
  const [mysql, redis] = await Promise.all(servers)
  const prefix = namePrefix(mysql, dataDir)
  if (throwAway) await dropDatabases(mysql, prefix)
  const fronts = [
    keep(
      startPlanetscale({ port: ports?.planetscale ?? 0, mysql, password: secrets.planetscalePassword }),
      (part) => part.close(),
    ),
    keep(startUpstash({ port: ports?.upstash ?? 0, redis, token: secrets.upstashToken }), (part) =>
      part.close(),
    ),
    keep(
      startS3({
        port: ports?.s3 ?? 0,
        dir: bucketDir,
        bucket: BUCKET,
        region: REGION,
        accessKeyId: secrets.s3AccessKeyId,
        secretAccessKey: secrets.s3SecretAccessKey,
      }),
      (part) => part.close(),
    ),
  ] as const
  await Promise.allSettled(fronts)
  const [planetscale, upstash, s3] = await Promise.all(fronts)
  const databaseUrl = (name: string) => planetscale.url(prefix + name)
  const env = {
    ENVIRONMENT: 'development',
    LOG_LEVEL: 'info',
    DATABASE_URL: databaseUrl('auctions'),
    JWT_SECRET_KEY: secrets.jwtSecretKey,
    CLERK_JWT_KEY: secrets.clerkPublicKey,
    CLERK_WEBHOOK_SIGNING_SECRET: secrets.clerkWebhookSecret,
    PAYMENT_WEBHOOK_SIGNING_SECRET: secrets.paymentWebhookSecret,
    CLERK_AUTHORIZED_PARTIES: LOCAL_AUTHORIZED_PARTY,
    ADMIN_CLERK_IDS: LOCAL_ADMIN_CLERK_ID,
    ALLOWED_ORIGINS: 'http://localhost:3000,http://localhost:5173',
    UPSTASH_REDIS_REST_URL: upstash.url,
    UPSTASH_REDIS_REST_TOKEN: upstash.token,
    S3_ENDPOINT: s3.url,
    S3_BUCKET: BUCKET,
    S3_REGION: REGION,
    S3_ACCESS_KEY_ID: secrets.s3AccessKeyId,
    S3_SECRET_ACCESS_KEY: secrets.s3SecretAccessKey,
    VPIC: 'off',
    RATE_LIMITS: throwAway ? 'off' : 'on',
    BID_REQUIRES: '',
    LISTING_REVIEW: 'auto',
    AUCTION_MIN_SECONDS: '5',
  }
  announceStack(dataDir, { env, mysql })
  stops.push(async () => withdrawStack(dataDir))
  return {
    env,
    dataDir,
    secrets,
    mysql,
    redis,
    planetscale,
    upstash,
    databaseUrl,
    async createDatabase(name) {
      await createDatabase(mysql, prefix + name, { fresh: throwAway })
      return databaseUrl(name)
    },
  }
}

/** On a server of somebody else the databases of each clone and stack have names of their own. */
function namePrefix(mysql: MysqlServer, dataDir: string): string {
  if (mysql.pid !== undefined) return ''
  return `va_${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}_`
}

function claimDirectory(wanted: string, stepOver: boolean): { dataDir: string; unlock: () => void } {
  for (let number = 1; ; number++) {
    const dataDir = number === 1 ? wanted : `${wanted}-${number}`
    try {
      return { dataDir, unlock: lockDirectory(dataDir) }
    } catch (error) {
      if (!(error instanceof DirectoryInUseError) || !stepOver || number === MAX_DIRECTORIES) throw error
    }
  }
}
