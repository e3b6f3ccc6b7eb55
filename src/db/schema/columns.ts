import { bigint, customType, datetime } from 'drizzle-orm/mysql-core'
import type { Cents, SignedCents } from '../../lib/money.ts'

export const id = () => bigint({ mode: 'number' }).autoincrement().primaryKey()
export const reference = () => bigint({ mode: 'number' })
/** Money is a whole number of cents: relational reads go through JSON, where DECIMAL would lose digits. */
export const cents = () => bigint({ mode: 'number' }).$type<Cents>()
/** Below zero where it takes something off. */
export const signedCents = () => bigint({ mode: 'number' }).$type<SignedCents>()
export const instant = () => datetime({ mode: 'date', fsp: 3 })

/** Identifiers, hashes and keys differ where one byte differs: a case-blind Clerk id lets a stranger in. */
export const asciiKey = customType<{ data: string; config: { length: number }; configRequired: true }>({
  dataType: (config) => `varchar(${config.length}) character set ascii collate ascii_bin`,
})

/** Parsed here: on MariaDB a JSON column is text, and this driver does not look into it. */
export const jsonDocument = <Data>() =>
  customType<{ data: Data; driverData: string }>({
    dataType: () => 'json',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (value) => (typeof value === 'string' ? JSON.parse(value) : value),
  })()
