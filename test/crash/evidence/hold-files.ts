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

/** What a person's object has read of MySQL last. */
const account = z.object({ owed_cents: z.int() })

export interface HoldFiles {
  readonly rooms: ReadonlyMap<number, readonly z.output<typeof roomHold>[]>
  readonly people: ReadonlyMap<number, readonly z.output<typeof personHold>[]>
  /** Nobody is here for whom nothing was ever held. */
  readonly accounts: ReadonlyMap<number, readonly z.output<typeof account>[]>
}

const idRow = z.object({ id: z.int() })

/** Both sides of what is held, in workerd's directory, which must have stopped. */
export function readHoldFiles(storageDir: string): HoldFiles {
  const rooms = join(storageDir, uniqueKeyOf('AuctionRoom'))
  const people = join(storageDir, uniqueKeyOf('Person'))
  const roomId = 'SELECT auction_id AS id FROM room'
  const personId = 'SELECT user_id AS id FROM person'
  return {
    rooms: readAll(rooms, roomId, 'holds', roomHold),
    people: readAll(people, personId, 'holds', personHold),
    accounts: readAll(people, personId, 'account', account),
  }
}

function readAll<Row>(
  directory: string,
  idQuery: string,
  table: 'holds' | 'account',
  schema: z.ZodType<Row>,
): Map<number, Row[]> {
  const found = new Map<number, Row[]>()
  if (!existsSync(directory)) return found
  for (const name of readdirSync(directory)) {
    if (!/^[0-9a-f]{64}\.sqlite$/.test(name)) continue
    const database = new DatabaseSync(join(directory, name))
    try {
      const isThere = database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(table)
      if (isThere === undefined) continue
      const id = idRow.safeParse(database.prepare(idQuery).get())
      if (!id.success) continue
      const rows = database.prepare(`SELECT * FROM ${table}`).all()
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
