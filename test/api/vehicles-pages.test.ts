import { describe, expect, test } from 'vitest'
import { vehiclePageSchema } from '../../src/vehicles/schemas.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { admin, dealer, ids, list, names, page, seller } from '../support/listed-cars.ts'
import { createActiveVehicle } from '../support/market.ts'
import { refusalOf } from '../support/sessions.ts'

describe('pages', () => {
  test.each(['newest', 'price_asc', 'price_desc', 'year_desc', 'mileage_asc'])(
    '%s: by number and by cursor come the same rows, each once',
    async (sort) => {
      const whole = await names(`?sort=${sort}`)
      const byNumber = []
      for (const number of [1, 2, 3]) {
        const part = await page(`?sort=${sort}&per_page=2&page=${number}`)
        expect([part.total, part.pages, part.current_page]).toEqual([4, 2, number])
        byNumber.push(...part.vehicles.map(({ id }) => ids.get(id)))
      }
      expect(byNumber).toEqual(whole)

      const byCursor = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const search: string = `?sort=${sort}&per_page=1${cursor && `&cursor=${cursor}`}`
        const part = await page(search)
        expect([part.total, part.pages, part.current_page]).toEqual(cursor ? [4, null, null] : [4, 4, 1])
        byCursor.push(...part.vehicles.map(({ id }) => ids.get(id)))
        cursor = part.next_cursor
      }
      expect(byCursor).toEqual(whole)
    },
  )

  test.each(['newest', 'price_asc', 'price_desc', 'year_desc', 'mileage_asc'])(
    '%s: drafts without what they are ordered by have their place too, for their owner and for admins',
    async (sort) => {
      const searches = [
        ['?seller_id=me', dealer],
        [`?status=draft&seller_id=${dealer.user.id}`, admin],
      ] as const
      for (const [search, as] of searches) {
        const whole = await page(`${search}&sort=${sort}`, as)
        expect(whole.vehicles).toHaveLength(4)
        const byCursor = []
        let cursor: string | null = ''
        while (cursor !== null) {
          const part: typeof whole = await page(
            `${search}&sort=${sort}&per_page=1${cursor && `&cursor=${cursor}`}`,
            as,
          )
          byCursor.push(...part.vehicles)
          cursor = part.next_cursor
        }
        expect(byCursor).toEqual(whole.vehicles)
      }
    },
  )

  test('Link says where the next page is, and keeps the filters', async () => {
    const answer = await list('?make=Honda&per_page=1&page=1')
    const link = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('Link') ?? '')?.[1] ?? ''
    expect(link).toContain('make=Honda')
    const next = (await api('GET', link)).expect(200).as(vehiclePageSchema)
    expect(next.vehicles.map(({ id }) => ids.get(id))).toEqual(['accord'])
    expect((await api('GET', link)).headers.get('Link')).toBeNull()
  })

  test('a row that comes in between shifts nothing behind a cursor', async () => {
    const first = await page('?make=Honda&per_page=1')
    const late = await createActiveVehicle(seller, { make: 'Honda' })
    const next = await page(`?make=Honda&per_page=1&cursor=${first.next_cursor}`)
    expect(next.vehicles.map(({ id }) => ids.get(id))).toEqual(['accord'])
    await query(`UPDATE vehicles SET status = 'archived', live_vin = NULL WHERE id = ?`, [late])
  })

  test('page, per_page and cursor that are left empty are as if they were not there', async () => {
    const whole = await page('')
    expect(await page('?page=&per_page=&cursor=')).toEqual(whole)
  })

  test.each([
    'page=1e1',
    'page=0x1',
    'page=%201',
    'page=1.5',
    'page=-1',
    'page=0',
    'per_page=1e1',
    'per_page=+5',
  ])('%s is 400', async (search) => {
    expect(refusalOf(await list(`?${search}`))).toEqual([400, 'validation_failed'])
  })

  test('a cursor belongs to its order', async () => {
    const { next_cursor } = await page('?per_page=1')
    expect(refusalOf(await list(`?sort=price_asc&cursor=${next_cursor}`))).toEqual([400, 'validation_failed'])
  })
})
