import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@planetscale/database'
import { beforeEach, describe, expect, test } from 'vitest'
import { createDatabase } from '../../local/databases.ts'
import { MigrationError, migrate, rollback } from '../../local/migrations.ts'
import type { Planetscale } from '../../local/planetscale.ts'
import { useServers } from './planetscale-stand.ts'

const USERS = [
  'CREATE TABLE `users` (`id` bigint AUTO_INCREMENT NOT NULL, `email` varchar(200) NOT NULL, CONSTRAINT `users_id` PRIMARY KEY(`id`))',
  'CREATE INDEX `users_email` ON `users` (`email`)',
]
const ORDERS = [
  'CREATE TABLE `orders` (`id` bigint NOT NULL, `note` varchar(20), PRIMARY KEY (`id`))',
  "INSERT INTO `orders` (`id`, `note`) VALUES (1, 'is it? :paid')",
  'ALTER TABLE `users` ADD `phone` varchar(30)',
]
const ORDERS_BACK = ['ALTER TABLE `users` DROP COLUMN `phone`', 'DROP TABLE `orders`']

const servers = useServers()
let dir: string
let planetscale: Planetscale
let client: Client
let number = 0

beforeEach(async () => {
  const { dataDir, mysql } = servers()
  planetscale = servers().planetscale
  const database = `migrations_${++number}`
  await createDatabase(mysql, database)
  client = new Client({ url: planetscale.url(database) })
  dir = mkdtempSync(join(dataDir, 'files-'))
})

function write(name: string, statements: string[]): void {
  writeFileSync(join(dir, name), statements.map((one) => `${one};`).join('\n--> statement-breakpoint\n'))
}

/** Everything that information_schema tells about tables, columns and indexes, but for counters and times. */
async function describeSchema(): Promise<unknown> {
  const queries = [
    `SELECT table_name, engine, table_collation, row_format, create_options FROM information_schema.tables
     WHERE table_schema = DATABASE() ORDER BY table_name`,
    `SELECT table_name, column_name, ordinal_position, column_default, is_nullable, column_type, collation_name,
       column_key, extra FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 3`,
    `SELECT table_name, index_name, seq_in_index, column_name, non_unique, sub_part, index_type
     FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, 2, 3`,
  ]
  return Promise.all(queries.map(async (query) => (await client.execute(query)).rows))
}

async function hasTable(name: string): Promise<boolean> {
  return (await client.execute(`SHOW TABLES LIKE '${name}'`)).rows.length === 1
}

describe('migrations', () => {
  test('run in order and once', async () => {
    write('0001_orders.sql', ORDERS)
    write('0000_users.sql', USERS)
    write('0000_users.down.sql', ['DROP TABLE `users`'])
    expect(await migrate(client, dir)).toEqual(['0000_users', '0001_orders'])
    expect(await migrate(client, dir)).toEqual([])
    expect((await client.execute('SELECT note FROM orders')).rows).toEqual([{ note: 'is it? :paid' }])
  })

  test('up, down and up again give the same information_schema', async () => {
    write('0000_users.sql', USERS)
    write('0000_users.down.sql', ['DROP TABLE `users`'])
    write('0001_orders.sql', ORDERS)
    write('0001_orders.down.sql', ORDERS_BACK)
    await migrate(client, dir)
    const full = await describeSchema()
    expect(await rollback(client, dir)).toBe('0001_orders')
    expect(await hasTable('orders')).toBe(false)
    expect(await rollback(client, dir)).toBe('0000_users')
    expect(await hasTable('users')).toBe(false)
    expect(await rollback(client, dir)).toBeUndefined()
    await migrate(client, dir)
    expect(await describeSchema()).toEqual(full)
  })

  test("the project's own: up, down and up again give the same information_schema", async () => {
    const names = await migrate(client, 'migrations')
    const full = await describeSchema()
    for (const name of names.toReversed()) expect(await rollback(client, 'migrations')).toBe(name)
    expect((await client.execute('SHOW TABLES')).rows).toHaveLength(1)
    await migrate(client, 'migrations')
    expect(await describeSchema()).toEqual(full)
  })

  test('one that fails names its statement and goes on from there after the correction', async () => {
    write('0000_users.sql', USERS)
    const broken = [...ORDERS]
    broken[2] = 'ALTER TABLE `users` ADD `phone` no_such_type'
    write('0001_orders.sql', broken)
    const failure = migrate(client, dir)
    await expect(failure).rejects.toThrow(MigrationError)
    await expect(failure).rejects.toThrow(/0001_orders\.sql: statement 3 of 3 failed: .*no_such_type/s)
    await expect(migrate(client, dir)).rejects.toThrow(/statement 3 of 3/)
    write('0001_orders.sql', ORDERS)
    expect(await migrate(client, dir)).toEqual(['0001_orders'])
    expect((await client.execute('SELECT COUNT(*) AS n FROM orders')).rows).toEqual([{ n: '1' }])
  })

  test('the statements that have run before a failure may not be changed', async () => {
    write('0000_users.sql', [USERS[0] ?? '', 'CREATE INDEX `x` ON `nowhere` (`id`)'])
    await expect(migrate(client, dir)).rejects.toThrow(/statement 2 of 2/)
    write('0000_users.sql', [
      'CREATE TABLE `people` (`id` bigint NOT NULL, PRIMARY KEY (`id`))',
      USERS[1] ?? '',
    ])
    await expect(migrate(client, dir)).rejects.toThrow(/first 1 statements have run/)
  })

  test('an applied one that was changed afterwards is refused', async () => {
    write('0000_users.sql', USERS)
    await migrate(client, dir)
    write('0000_users.sql', USERS.slice(0, 1))
    await expect(migrate(client, dir)).rejects.toThrow(/0000_users\.sql was changed/)
  })

  test('a statement whose answer was lost counts as run when its effect is there', async () => {
    write('0000_users.sql', USERS)
    planetscale.setFault(`migrations_${number}`, { mode: 'lose-answer', matching: '^CREATE INDEX' })
    await expect(migrate(client, dir)).rejects.toThrow(/statement 2 of 2/)
    planetscale.setFault(`migrations_${number}`, null)
    await client.execute('UPDATE schema_migrations SET claimed_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND')
    expect(await migrate(client, dir)).toEqual(['0000_users'])
  })

  test('a data statement whose answer was lost is not run twice', async () => {
    write('0000_counts.sql', [
      'CREATE TABLE `counts` (`n` bigint NOT NULL, PRIMARY KEY (`n`))',
      'INSERT INTO `counts` (`n`) VALUES (1)',
      'UPDATE `counts` SET `n` = `n` + 1',
    ])
    planetscale.setFault(`migrations_${number}`, { mode: 'lose-answer', matching: '^COMMIT', times: 1 })
    await expect(migrate(client, dir)).rejects.toThrow(/statement 2 of 3/)
    planetscale.setFault(`migrations_${number}`, null)
    await client.execute('UPDATE schema_migrations SET claimed_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND')
    await migrate(client, dir)
    expect((await client.execute('SELECT n FROM counts')).rows).toEqual([{ n: '2' }])
  })

  test('a migration that another run is at work on is left alone', async () => {
    write('0000_users.sql', USERS)
    planetscale.setFault(`migrations_${number}`, { mode: 'refuse', matching: '^CREATE INDEX' })
    await expect(migrate(client, dir)).rejects.toThrow(/statement 2 of 2/)
    planetscale.setFault(`migrations_${number}`, null)
    await expect(migrate(client, dir)).rejects.toThrow(/another run is at work/)
  })

  test('one that is half applied can be rolled back', async () => {
    write('0000_users.sql', [...USERS, 'CREATE TABLE `broken` (`id` no_such_type)'])
    write('0000_users.down.sql', ['DROP TABLE `broken`', 'DROP TABLE `users`'])
    await expect(migrate(client, dir)).rejects.toThrow(/statement 3 of 3/)
    expect(await rollback(client, dir)).toBe('0000_users')
    expect(await hasTable('users')).toBe(false)
  })

  test('a way back that fails names its statement, bars the way up, and goes on from there', async () => {
    write('0000_users.sql', USERS)
    write('0001_orders.sql', ORDERS)
    write('0001_orders.down.sql', [ORDERS_BACK[0] ?? '', 'DROP TABLE `nowhere`'])
    await migrate(client, dir)
    await expect(rollback(client, dir)).rejects.toThrow(/0001_orders\.down\.sql: statement 2 of 2 failed/)
    await expect(migrate(client, dir)).rejects.toThrow(/half rolled back/)
    write('0001_orders.down.sql', ORDERS_BACK)
    expect(await rollback(client, dir)).toBe('0001_orders')
    expect(await hasTable('orders')).toBe(false)
  })

  test('without a way back nothing is rolled back', async () => {
    write('0000_users.sql', USERS)
    await migrate(client, dir)
    await expect(rollback(client, dir)).rejects.toThrow(/0000_users\.down\.sql is missing/)
    expect(await hasTable('users')).toBe(true)
  })
})
