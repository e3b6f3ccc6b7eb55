import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const OUT_DIR = 'dist'
const LIMIT_KIB = 300

rmSync(OUT_DIR, { recursive: true, force: true })
const args = ['deploy', '--dry-run', '--minify', '--outdir', OUT_DIR]
const result = spawnSync('wrangler', args, {
  stdio: 'inherit',
  env: { ...process.env, WRANGLER_HIDE_BANNER: 'true', WRANGLER_SEND_METRICS: 'false' },
})
if (result.status !== 0) process.exit(result.status ?? 1)

const bundles = readdirSync(OUT_DIR).filter((name) => /\.(js|mjs|wasm)$/.test(name))
const files = bundles.map((name) => readFileSync(join(OUT_DIR, name)))
const rawKib = files.reduce((sum, file) => sum + file.length, 0) / 1024
const gzipKib = files.reduce((sum, file) => sum + gzipSync(file).length, 0) / 1024
console.log(
  `\n${bundles.join(', ')}: ${rawKib.toFixed(1)} KiB, gzipped ${gzipKib.toFixed(1)} KiB of ${LIMIT_KIB}`,
)
if (gzipKib > LIMIT_KIB) {
  console.error(`The Worker is larger than ${LIMIT_KIB} KiB gzipped.`)
  process.exitCode = 1
}
