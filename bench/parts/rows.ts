import { z } from 'zod'
import type { Stage } from '../stack/stage.ts'

const countSchema = z.object({ rows_per_bid: z.number(), most_rows_of_a_bid: z.number() })

export interface RowFigure {
  offer: 'exact' | 'max'
  rowsPerBid: number
  mostRowsOfABid: number
}

/** Rows that the room's cursors say they have written for each accepted bid. */
export async function measureRows(stage: Stage, bids: number): Promise<RowFigure[]> {
  const workerd = await stage.serveCounted()
  try {
    const figures: RowFigure[] = []
    for (const offer of ['exact', 'max'] as const) {
      const response = await fetch(`${workerd.url}/?bids=${bids}&offer=${offer}`)
      if (!response.ok) throw new Error(`Rows were not counted: ${response.status} ${await response.text()}`)
      const counted = countSchema.parse(await response.json())
      figures.push({ offer, rowsPerBid: counted.rows_per_bid, mostRowsOfABid: counted.most_rows_of_a_bid })
    }
    return figures
  } finally {
    await workerd.stop()
  }
}
