import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { withConnection } from '../../local/databases.ts'
import type { Stage } from '../stack/stage.ts'

const POLL_MS = 20

/** What MySQL has of an auction: the number of the ledger's last entry there, and of its last event. */
export interface Projected {
  projected: number
  seq: number
  bids: number
}

interface Row extends RowDataPacket {
  projected: number
  seq: number
  bid_count: number
}

/** Looks at an auction's row until `isDone`. @throws Error after `withinMs` */
export async function watchProjection(
  stage: Stage,
  auctionId: number,
  isDone: (state: Projected) => boolean,
  withinMs: number,
): Promise<void> {
  await withConnection(stage.cloud.mysql, async (connection) => {
    await connection.changeUser({ database: stage.database.name })
    const deadline = performance.now() + withinMs
    while (!isDone(await read(connection, auctionId))) {
      if (performance.now() > deadline) throw new Error(`Auction ${auctionId} is not in MySQL by now`)
      await sleep(POLL_MS)
    }
  })
}

async function read(connection: Connection, auctionId: number): Promise<Projected> {
  const [rows] = await connection.query<Row[]>(
    'SELECT projected, seq, bid_count FROM auctions WHERE id = ?',
    [auctionId],
  )
  const [row] = rows
  if (row === undefined) throw new Error(`There is no auction ${auctionId}`)
  return { projected: Number(row.projected), seq: Number(row.seq), bids: Number(row.bid_count) }
}
