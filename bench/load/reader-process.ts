/** Reads one address over and over, on connections that are kept. */
import { Agent, get } from 'node:http'
import { z } from 'zod'
import { answerOnce, orderOf } from './once.ts'

const order = orderOf(
  z.object({
    url: z.string(),
    connections: z.number().int().positive(),
    warmUpMs: z.number(),
    forMs: z.number(),
  }),
)
const agent = new Agent({ keepAlive: true, maxSockets: order.connections })

function read(): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const request = get(order.url, { agent }, (response) => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - startedAt)
        else reject(new Error(`${order.url} answered ${response.statusCode}`))
      })
    })
    request.on('error', reject)
  })
}

async function readFor(forMs: number): Promise<{ latenciesMs: number[]; seconds: number }> {
  const startedAt = performance.now()
  const until = startedAt + forMs
  const latenciesMs: number[] = []
  await Promise.all(
    Array.from({ length: order.connections }, async () => {
      while (performance.now() < until) latenciesMs.push(await read())
    }),
  )
  return { latenciesMs, seconds: (performance.now() - startedAt) / 1_000 }
}

await readFor(order.warmUpMs)
const { latenciesMs, seconds } = await readFor(order.forMs)
answerOnce({ latenciesMs: Float64Array.from(latenciesMs), seconds })
