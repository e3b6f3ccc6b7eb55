import { execFile } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { unstable_readConfig as readConfig } from 'wrangler'
import { z } from 'zod'

const run = promisify(execFile)

/** Wrangler's own type of it comes from a package that it does not bring. */
const configSchema = z.object({
  name: z.string(),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()),
  durable_objects: z.object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })) }),
  assets: z.object({ directory: z.string(), binding: z.string() }).optional(),
})

/** A built Worker, and how its configuration wants it to be served. */
export interface Bundle {
  name: string
  module: string
  compatibilityDate: string
  compatibilityFlags: readonly string[]
  durableObjects: readonly { binding: string; className: string }[]
  /** The binding through which the Worker reads the files of a directory; null: it has none. */
  assets: { binding: string; directory: string } | null
}

/** Builds a Worker as `wrangler deploy` would, and reads from its configuration how it wants to be served. */
export async function buildBundle(configPath: string, directory: string): Promise<Bundle> {
  // Wrangler takes a relative directory to be beside the configuration.
  const outDir = resolve(directory)
  rmSync(outDir, { recursive: true, force: true })
  const wrangler = join(
    dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
    'bin/wrangler.js',
  )
  const args = ['deploy', '--dry-run', '--config', configPath, '--outdir', outDir]
  await run(process.execPath, [wrangler, ...args], {
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' },
  })
  const modules = readdirSync(outDir).filter((file) => file.endsWith('.js'))
  const [module] = modules
  if (module === undefined || modules.length > 1)
    throw new Error(`${configPath} has ${modules.length} modules`)
  const config = configSchema.parse(readConfig({ config: configPath }))
  return {
    name: config.name,
    module: join(outDir, module),
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    durableObjects: config.durable_objects.bindings.map(({ name, class_name }) => ({
      binding: name,
      className: class_name,
    })),
    assets: config.assets
      ? { ...config.assets, directory: resolve(dirname(configPath), config.assets.directory) }
      : null,
  }
}
