/** The ids below `beforeId`, or from the largest on, in falling order. */
export type ReadIds = (beforeId: number | null, limit: number) => Promise<number[]>
const READ_AHEAD = 150

/**
 * The largest ids of all sides together, in falling order. Each side has its own index; an OR over both would read all
 * that either has, and a UNION would sort it.
 */
export async function mergeNewest(
  sides: readonly ReadIds[],
  beforeId: number | null,
  limit: number,
): Promise<number[]> {
  const merged: number[] = []
  const ahead = await Promise.all(sides.map((read) => read(beforeId, Math.min(limit, READ_AHEAD))))
  const isRead = ahead.map((ids) => ids.length < Math.min(limit, READ_AHEAD))
  while (merged.length < limit) {
    const next = Math.max(...ahead.map(([id]) => id ?? 0))
    if (next === 0) break
    merged.push(next)
    for (const [side, read] of sides.entries()) {
      const ids = ahead[side]
      if (ids?.[0] !== next) continue
      ids.shift()
      if (ids.length > 0 || isRead[side]) continue
      ids.push(...(await read(next, READ_AHEAD)))
      isRead[side] = ids.length < READ_AHEAD
    }
  }
  return merged
}
