import { type Connection, createConnection } from 'mysql2/promise'

export interface MysqlAddress {
  host: string
  port: number
  user: string
  password: string
}

/** Creates a database with the character set and collation of the schema; `fresh` drops an existing one first. */
export async function createDatabase(
  server: MysqlAddress,
  name: string,
  options: { fresh?: boolean } = {},
): Promise<void> {
  await withConnection(server, async (connection) => {
    if (options.fresh) await connection.query(`DROP DATABASE IF EXISTS ${quoteName(name)}`)
    await connection.query(
      `CREATE DATABASE IF NOT EXISTS ${quoteName(name)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
    )
  })
}

/** Drops every database whose name begins with the prefix; the server's own are never touched. */
export async function dropDatabases(server: MysqlAddress, prefix: string): Promise<void> {
  const systemNames = ['mysql', 'information_schema', 'performance_schema', 'sys']
  await withConnection(server, async (connection) => {
    const [rows] = await connection.query({
      sql: 'SELECT schema_name FROM information_schema.schemata',
      rowsAsArray: true,
    })
    for (const row of Array.isArray(rows) ? rows : []) {
      const name = Array.isArray(row) ? String(row[0]) : ''
      if (name === '' || systemNames.includes(name) || !name.startsWith(prefix)) continue
      await connection.query(`DROP DATABASE IF EXISTS ${quoteName(name)}`)
    }
  })
}

export async function withConnection(
  server: MysqlAddress,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const { host, port, user, password } = server
  const connection = await createConnection({ host, port, user, password })
  try {
    await work(connection)
  } finally {
    await connection.end()
  }
}

function quoteName(name: string): string {
  if (!/^[A-Za-z0-9_]{1,64}$/.test(name)) throw new Error(`"${name}" cannot be a database's name`)
  return `\`${name}\``
}
