import { desc, eq, lte } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { fee_schedules } from '../db/schema/fee-schedules.ts'
import type { MarketTerms } from './terms.ts'

type Row = typeof fee_schedules.$inferSelect

const termsOf = ({ id, fees, calendar }: Row): MarketTerms => ({ feeScheduleId: id, fees, calendar })

/** The terms of a sale that is made at `at`. @throws Error where none apply yet: the migrations bring the first */
export async function readTermsAt(db: Executor, at: Date): Promise<MarketTerms> {
  const [row] = await db
    .select()
    .from(fee_schedules)
    .where(lte(fee_schedules.effective_at, at))
    .orderBy(desc(fee_schedules.effective_at))
    .limit(1)
  if (row === undefined) throw new Error(`No fee schedule applies at ${at.toISOString()}`)
  return termsOf(row)
}

/** The terms that an order was made under. @throws Error where there are none of this id */
export async function readPinnedTerms(db: Executor, feeScheduleId: number): Promise<MarketTerms> {
  const [row] = await db.select().from(fee_schedules).where(eq(fee_schedules.id, feeScheduleId))
  if (row === undefined) throw new Error(`There is no fee schedule ${feeScheduleId}`)
  return termsOf(row)
}
