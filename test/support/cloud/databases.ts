import { Client } from '@planetscale/database'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { MysqlAddress } from '../../../local/databases.ts'
import { createDatabase } from '../../../local/databases.ts'
import { migrate } from '../../../local/migrations.ts'

const MIGRATIONS_DIR = 'migrations'

interface Table {
  name: string
  create: string
  hasRows: boolean
}

/** Makes databases that are migrated already: the migrations run once, then their outcome is repeated. */
export class TestDatabases {
  readonly #server: MysqlAddress
  readonly #template: string
  #tables: Table[] = []

  constructor(server: MysqlAddress, template: string) {
    this.#server = server
    this.#template = template
  }

  /** Migrates the template, whose driver's URL is given, and notes what came of it. */
  async prepare(templateUrl: string): Promise<void> {
    await migrate(new Client({ url: templateUrl }), MIGRATIONS_DIR)
    await this.#with(async (connection) => {
      const names = await readColumn(connection, `SHOW TABLES IN \`${this.#template}\``, 0)
      this.#tables = []
      for (const name of names) {
        const table = `\`${this.#template}\`.\`${name}\``
        const [create = ''] = await readColumn(connection, `SHOW CREATE TABLE ${table}`, 1)
        const hasRows = (await readColumn(connection, `SELECT 1 FROM ${table} LIMIT 1`, 0)).length > 0
        this.#tables.push({ name, create: create.replace(/ AUTO_INCREMENT=\d+/, ''), hasRows })
      }
    })
  }

  async create(name: string): Promise<void> {
    await createDatabase(this.#server, name, { fresh: true })
    await this.#with(async (connection) => {
      await connection.query(`USE \`${name}\``)
      for (const table of this.#tables) {
        await connection.query(table.create)
        if (!table.hasRows) continue
        await connection.query(
          `INSERT INTO \`${table.name}\` SELECT * FROM \`${this.#template}\`.\`${table.name}\``,
        )
      }
    })
  }

  async drop(name: string): Promise<void> {
    await this.#with(async (connection) => {
      await connection.query(`DROP DATABASE IF EXISTS \`${name}\``)
    })
  }

  async #with(work: (connection: Connection) => Promise<void>): Promise<void> {
    const { host, port, user, password } = this.#server
    const connection = await createConnection({ host, port, user, password })
    try {
      await work(connection)
    } finally {
      await connection.end()
    }
  }
}

async function readColumn(connection: Connection, sql: string, column: number): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql, rowsAsArray: true })
  return rows.map((row) => String(row[column]))
}
