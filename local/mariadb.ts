import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type MysqlAddress, withConnection } from './databases.ts'
import { findProgram, requireProgram } from './packages.ts'
import type { Log } from './processes.ts'
import { startServerProcess } from './server-process.ts'

const run = promisify(execFile)
const START_TIMEOUT_MS = 60_000
const USER = 'vehicle_auctions'

export interface MysqlServer extends MysqlAddress {
  /** undefined where `MYSQL_URL` names a server that is not ours. */
  pid: number | undefined
  /** Resolves once our process has ended, with a sentence that says how. */
  ended?: Promise<string>
  stop(): Promise<void>
}

/**
 * Starts MariaDB or MySQL on a free port of 127.0.0.1 with its data in `<dataDir>/mysql`,
 * or gives the server that `MYSQL_URL` names.
 */
export async function startMariadb(options: {
  dataDir: string
  log: Log
  /** false: a crash of the machine may lose the last writes (tests). */
  durable?: boolean
  /** Any free one unless said: a server that comes back is looked for where it was. */
  port?: number
}): Promise<MysqlServer> {
  const url = process.env.MYSQL_URL
  if (url) return useServer(url)
  const dataDir = resolve(options.dataDir)
  const program = requireProgram({
    names: ['mariadbd', 'mysqld'],
    debianPackage: 'mariadb-server',
    urlVariable: 'MYSQL_URL',
    log: options.log,
  })
  mkdirSync(dataDir, { recursive: true })
  const password = keepPassword(join(dataDir, 'mysql.password'))
  const account = { host: '127.0.0.1', user: USER, password }
  const isMariadb = (await run(program, ['--no-defaults', '--version'])).stdout.includes('MariaDB')
  const files = join(dataDir, 'mysql')
  if (!existsSync(files)) {
    options.log('creating the database files')
    await createFiles(program, isMariadb, files)
  }
  const server = await startServerProcess({
    name: 'mysql',
    program,
    args: (port) =>
      serverOptions({
        isMariadb,
        files,
        port,
        durable: options.durable ?? true,
        initFile: writeInitFile(dataDir, password),
      }),
    dataDir,
    port: options.port,
    timeoutMs: START_TIMEOUT_MS,
    ask: (port) => withConnection({ ...account, port }, (connection) => connection.ping()),
  })
  return { ...account, ...server }
}

async function useServer(text: string): Promise<MysqlServer> {
  const url = new URL(text)
  const server = {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  }
  try {
    await withConnection(server, async (connection) => connection.ping())
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `the server that MYSQL_URL names (${server.host}:${server.port}) does not answer: ${reason}`,
    )
  }
  return { ...server, pid: undefined, stop: async () => {} }
}

function keepPassword(path: string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  const password = randomBytes(18).toString('hex')
  writeFileSync(path, password, { mode: 0o600 })
  return password
}

/**
 * Its own place for temporary files: a server that starts removes those of every other that shares it, also those in use.
 */
function temporaryDirectory(files: string): string {
  const path = `${files}.tmp`
  mkdirSync(path, { recursive: true })
  return `--tmpdir=${path}`
}

/** Files are made beside their place and moved there when complete, so that an interruption leaves no half of them. */
async function createFiles(program: string, isMariadb: boolean, files: string): Promise<void> {
  const unfinished = `${files}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  const small = [
    '--innodb-buffer-pool-size=16M',
    '--innodb-flush-log-at-trx-commit=0',
    temporaryDirectory(files),
  ]
  if (isMariadb) {
    const installer = findProgram('mariadb-install-db', 'mysql_install_db')
    if (!installer)
      throw new Error('mariadb-install-db is missing: install the whole package mariadb-server.')
    await run(installer, [
      '--no-defaults',
      `--datadir=${unfinished}`,
      '--auth-root-authentication-method=socket',
      '--skip-test-db',
      '--skip-name-resolve',
      ...asRoot,
      ...small,
      '--innodb-flush-method=nosync',
    ])
  } else {
    await run(program, [
      '--no-defaults',
      '--initialize-insecure',
      `--datadir=${unfinished}`,
      ...asRoot,
      ...small,
    ])
  }
  renameSync(unfinished, files)
}

/** Run by the server at each start before it accepts anybody: the one account, with its password. */
function writeInitFile(dataDir: string, password: string): string {
  const path = join(dataDir, 'mysql.init.sql')
  const account = `'${USER}'@'127.0.0.1'`
  const sql = [
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${password}';`,
    `ALTER USER ${account} IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO ${account} WITH GRANT OPTION;`,
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
  ]
  writeFileSync(path, `${sql.join('\n')}\n`, { mode: 0o600 })
  return path
}

function serverOptions(options: {
  isMariadb: boolean
  files: string
  port: number
  durable: boolean
  initFile: string
}): string[] {
  return [
    '--no-defaults',
    `--datadir=${options.files}`,
    temporaryDirectory(options.files),
    `--init-file=${options.initFile}`,
    '--bind-address=127.0.0.1',
    `--port=${options.port}`,
    '--skip-networking=0',
    '--skip-name-resolve=1',
    // Relative to the data directory: the whole path may be longer than a socket's may be.
    '--socket=mysql.sock',
    '--pid-file=mysqld.pid',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    '--innodb-lock-wait-timeout=5',
    '--max-connections=400',
    '--max-allowed-packet=64M',
    '--innodb-buffer-pool-size=128M',
    '--performance-schema=OFF',
    '--skip-log-bin',
    '--loose-mysqlx=OFF',
    '--loose-innodb-buffer-pool-load-at-startup=OFF',
    '--loose-innodb-buffer-pool-dump-at-shutdown=OFF',
    // MySQL's packages name a directory that only its own user may enter, or that is not there at all.
    ...(options.isMariadb ? [] : ['--secure-file-priv=NULL']),
    ...(options.durable
      ? ['--innodb-flush-log-at-trx-commit=1']
      : ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=OFF', '--innodb-flush-method=nosync']),
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ]
}
