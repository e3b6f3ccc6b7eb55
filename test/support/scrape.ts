import { api } from './api.ts'

/** The sample of a series, such as `orders_total{status="paid"}`, as the scrape shows it; undefined without one. */
export async function sampleOf(series: string): Promise<number | undefined> {
  const { text } = (await api('GET', '/metrics')).expect(200)
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

/** By how much `work` lets a series grow. */
export async function growthOf(series: string, work: () => Promise<unknown>): Promise<number> {
  const before = (await sampleOf(series)) ?? 0
  await work()
  return ((await sampleOf(series)) ?? 0) - before
}
