/** Runs before each test file in workerd: a database and a Redis of its own, which Worker and objects see in `env`. */
import { env } from 'cloudflare:workers'
import { afterAll, inject } from 'vitest'
import { dropDatabase, openDatabase } from './control.ts'
import type {} from './provided.ts'

const { database, url, redisToken } = await openDatabase()
Object.assign(env, inject('bindings'), { DATABASE_URL: url, UPSTASH_REDIS_REST_TOKEN: redisToken })

afterAll(() => dropDatabase(database))
