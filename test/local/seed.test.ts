import { crc32, inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { drawCar } from '../../local/seed/drawing.ts'
import { describeVehicle, seedVehicles } from '../../local/seed/vehicles.ts'
import { vinFormProblem } from '../../src/vehicles/vin.ts'
import { decode } from '../vin/shards.ts'

describe('the seeded market', () => {
  test('has a few dozen vehicles, each once', () => {
    const vins = seedVehicles().map(({ vin }) => vin)
    expect(vins.length).toBeGreaterThanOrEqual(36)
    expect(new Set(vins).size).toBe(vins.length)
  })

  test.each(seedVehicles())('$vin is right by 49 CFR 565 and fits its model', async (vehicle) => {
    const [, year, make] = vehicle.model
    expect(vinFormProblem(vehicle.vin)).toBeNull()
    const decoded = await decode(vehicle.vin)
    expect(decoded).toMatchObject({ check_digit_valid: true, year })
    if (decoded.make !== null) expect(decoded.make.toUpperCase()).toBe(make.toUpperCase())
    expect(decoded.manufacturer).not.toBeNull()
  })

  test.each(seedVehicles().filter(({ isDraft }) => !isDraft))('$vin can be sold at its prices', (vehicle) => {
    const { starting_price, reserve_price, buy_now_price } = describeVehicle(vehicle)
    const start = Number(starting_price)
    expect(start).toBeGreaterThan(0)
    if (reserve_price !== null) expect(reserve_price).toBeGreaterThanOrEqual(start)
    if (buy_now_price !== null) expect(buy_now_price).toBeGreaterThan(Math.max(start, Number(reserve_price)))
  })

  test.each(['Sedan', 'SUV', 'Pickup', 'Cargo van', 'Coupe'])(
    'a %s has a picture that is a PNG',
    (bodyType) => {
      const png = Buffer.from(drawCar(bodyType, 'Ruby Red'))
      expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
      const chunks = new Map<string, Buffer>()
      for (let at = 8; at < png.length; ) {
        const length = png.readUInt32BE(at)
        const body = png.subarray(at + 4, at + 8 + length)
        expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(body))
        chunks.set(body.subarray(0, 4).toString('latin1'), body.subarray(4))
        at += 12 + length
      }
      expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND'])
      const width = chunks.get('IHDR')?.readUInt32BE(0) ?? 0
      const height = chunks.get('IHDR')?.readUInt32BE(4) ?? 0
      const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))
      expect(rows.length).toBe((width + 1) * height)
      const colors = (chunks.get('PLTE')?.length ?? 0) / 3
      expect(rows.every((value) => value < colors)).toBe(true)
    },
  )
})
