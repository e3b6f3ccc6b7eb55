import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { uniqueKeyOf } from '../../../local/workerd/config.ts'

/** What a room says that a person has at stake there (M18). */
const roomHold = z.object({
  bidder_id: z.int(),
  serial: z.int(),
  amount: z.int(),
  confirmed: z.int(),
})
/** What a person's object holds for an auction. */
const personHold = z.object({ auction_id: z.int(), serial: z.int(), amount: z.int(), settled: z.int() })

export interface HoldFiles {
  readonly rooms: ReadonlyMap<number, readonly z.output<typeof roomHold>[]>
  readonly people: ReadonlyMap<number, readonly z.output<typeof personHold>[]>
}

const idRow = z.object({ id: z.int() })

/** Both sides of what is held, in workerd's directory, which must have stopped. */
export function readHoldFiles(storageDir: string): HoldFiles {
  return {
    rooms: readAll(
      join(storageDir, uniqueKeyOf('AuctionRoom')),
      'SELECT auction_id AS id FROM room',
      roomHold,
    ),
    people: readAll(join(storageDir, uniqueKeyOf('Person')), 'SELECT user_id AS id FROM person', personHold),
  }
}

function readAll<Row>(directory: string, idQuery: string, schema: z.ZodType<Row>): Map<number, Row[]> {
  const found = new Map<number, Row[]>()
  if (!existsSync(directory)) return found
  for (const name of readdirSync(directory)) {
    if (!/^[0-9a-f]{64}\.sqlite$/.test(name)) continue
    const database = new DatabaseSync(join(directory, name))
    try {
      const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'holds'").get()
      if (table === undefined) continue
      const id = idRow.safeParse(database.prepare(idQuery).get())
      if (!id.success) continue
      const rows = database.prepare('SELECT * FROM holds').all()
      found.set(
        id.data.id,
        rows.map((row) => schema.parse(row)),
      )
    } finally {
      database.close()
    }
  }
  return found
}
