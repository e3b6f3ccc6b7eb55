import { readdirSync, readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { z } from 'zod'
import { checkDigit } from '../../src/vehicles/vin.ts'
import { quantile } from '../load/statistics.ts'
import type { Stage } from '../stack/stage.ts'
import type { Spread } from './sockets.ts'

const SHARDS = new URL('../../assets/vin/', import.meta.url)
/** Of 2015, light: what stands between the identifier and the check digit, and behind it. */
const [DESCRIPTION, YEAR_AND_PLANT, SERIAL] = ['AA1BA', 'FA', '123456']

export interface VinPlan {
  /** Each begins with a workerd that has read no shard. */
  coldRounds: number
  warmRequests: number
  /** Fewer shards than an isolate keeps. */
  warmShards: number
}

export interface VinFigures {
  shards: number
  coldMs: Spread
  warmMs: Spread
  /** A Hono route that answers a constant, in the same process. */
  bareMs: Spread
}

const shardSchema = z.object({ wmis: z.record(z.string(), z.object({ schemas: z.array(z.unknown()) })) })

/** A number for each shard, of the maker in it with the most schemas. */
function numbersOfShards(): string[] {
  const names = readdirSync(SHARDS).filter((name) => name.endsWith('.json') && name !== 'manifest.json')
  return names.flatMap((name) => {
    const { wmis } = shardSchema.parse(JSON.parse(readFileSync(new URL(name, SHARDS), 'utf8')))
    const [wmi] = Object.entries(wmis).sort(([, a], [, b]) => b.schemas.length - a.schemas.length)[0] ?? []
    if (wmi === undefined) return []
    const serial = wmi.slice(3) + SERIAL.slice(wmi.length - 3)
    const vin = `${wmi.slice(0, 3)}${DESCRIPTION}0${YEAR_AND_PLANT}${serial}`
    return [vin.slice(0, 8) + checkDigit(vin) + vin.slice(9)]
  })
}

/** How long one request takes, after another on the same connection. */
function timeRead(agent: Agent, url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const request = get(url, { agent }, (response) => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - startedAt)
        else reject(new Error(`${url} answered ${response.statusCode}`))
      })
    })
    request.on('error', reject)
  })
}

const spreadOf = (latenciesMs: readonly number[]): Spread => ({
  p50: quantile(latenciesMs, 0.5),
  p99: quantile(latenciesMs, 0.99),
})

/** `GET /api/vin/:vin` one at a time: with each shard read for the first time, then with shards that are in memory. */
export async function measureVin(stage: Stage, plan: VinPlan): Promise<VinFigures> {
  const vins = numbersOfShards()
  const cold: number[] = []
  const warm: number[] = []
  const bare: number[] = []
  for (let round = 0; round < plan.coldRounds; round++) {
    const ours = await stage.serve()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      const read = (vin: string) => timeRead(agent, `${ours.url}/api/vin/${vin}`)
      // Of no known maker: the code runs, and no shard is read.
      for (let i = 0; i < 50; i++) await read('11111111111111111')
      for (const vin of vins) cold.push(await read(vin))
      if (round > 0) continue
      const few = vins.slice(0, plan.warmShards)
      for (const vin of few) await read(vin)
      for (let i = 0; i < plan.warmRequests; i++) {
        warm.push(await read(few[i % few.length] ?? ''))
        bare.push(await timeRead(agent, `${ours.url}/health`))
      }
    } finally {
      agent.destroy()
      await ours.stop()
    }
  }
  return { shards: vins.length, coldMs: spreadOf(cold), warmMs: spreadOf(warm), bareMs: spreadOf(bare) }
}
