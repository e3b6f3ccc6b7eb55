import { describe, expect, test } from 'vitest'
import { vehiclePageSchema } from '../../src/vehicles/schemas.ts'
import {
  api,
  createActiveVehicle,
  createDraftVehicle,
  makeSilentVin,
  makeVin,
  type Person,
  query,
  signIn,
  signInAdmin,
} from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'

const [seller, other, admin] = [await signIn(), await signIn(), await signInAdmin()]

const CARS = {
  accord: {
    ...{ make: 'Honda', model: 'Accord', trim: 'EX', year: 2003, starting_price: 1_000, mileage: 90_000 },
    body_type: 'Sedan',
  },
  civic: {
    ...{ make: 'Honda', model: 'Civic', trim: 'Si', year: 2012, starting_price: 2_500.5, mileage: null },
    ...{ body_type: 'Coupe', condition: 'starts', title_type: 'salvage', location_state: 'MN' },
  },
  model3: {
    make: 'Tesla',
    model: 'Model 3',
    trim: '50%_off',
    year: 2019,
    starting_price: 9_000,
    mileage: 12_000,
    body_type: 'Sedan',
  },
  f150: {
    make: 'Ford',
    model: 'F-150',
    trim: "King's",
    year: 2012,
    starting_price: 2_500.5,
    mileage: 0,
    body_type: 'Pickup',
  },
} as const
type Name = keyof typeof CARS

const VINS: Record<Name, string> = { accord: makeVin(), civic: makeVin(), model3: makeVin(), f150: makeVin() }
const ids = new Map<number, Name>()
for (const name of ['accord', 'civic', 'model3', 'f150'] as const) {
  const owner = name === 'f150' ? other : seller
  ids.set(await createActiveVehicle(owner, { vin: VINS[name], ...CARS[name] }), name)
}
const idOf = (wanted: Name) => [...ids].find(([, name]) => name === wanted)?.[0] ?? 0
await query(`UPDATE vehicles SET status = 'in_auction' WHERE id = ?`, [idOf('model3')])
await createDraftVehicle(seller)

/** Drafts that lack what they are ordered by, or all but that. */
const dealer = await signIn()
for (const fields of [
  { starting_price: '', year: '', mileage: '' },
  { mileage: 0 },
  { year: '', starting_price: 5 },
  {},
]) {
  await createDraftVehicle(dealer, { vin: makeSilentVin(), ...fields })
}

const list = (search: string, as?: Person) => api('GET', `/api/vehicles${search}`, { as })
const page = async (search: string, as?: Person) => (await list(search, as)).expect(200).as(vehiclePageSchema)
const names = async (search: string, as?: Person) =>
  (await page(search, as)).vehicles.map(({ id }) => ids.get(id) ?? 'draft')

describe('GET /api/vehicles', () => {
  test('answers the newest public vehicles in the shape of the API', async () => {
    const { vehicles, ...rest } = await page('')
    expect(rest).toEqual({ total: 4, total_capped: false, pages: 1, current_page: 1, next_cursor: null })
    expect(vehicles.map(({ id }) => ids.get(id))).toEqual(['f150', 'model3', 'civic', 'accord'])
    expect((await list('')).at('vehicles.3')).toEqual({
      id: idOf('accord'),
      vin: VINS.accord,
      year: 2003,
      make: 'Honda',
      model: 'Accord',
      trim: 'EX',
      mileage: 90_000,
      condition: 'runs_drives',
      title_type: 'clean',
      starting_price: 1_000,
      buy_now_price: null,
      location_city: 'Dallas',
      location_state: 'TX',
      primary_image_url: null,
      status: 'active',
      seller_id: seller.user.id,
      auction: null,
      created_at: expect.any(String),
    })
  })

  test.each([
    ['make=honda', ['civic', 'accord']],
    ['make=Honda&model=Civic', ['civic']],
    ['model=F-150', ['f150']],
    ['year_min=2012', ['f150', 'model3', 'civic']],
    ['year_max=2012', ['f150', 'civic', 'accord']],
    ['year_min=2004&year_max=2018', ['f150', 'civic']],
    ['min_price=2500.5', ['f150', 'model3', 'civic']],
    ['max_price=2500.50', ['f150', 'civic', 'accord']],
    ['price_max=2500.49', ['accord']],
    ['price_max=1000&max_price=9000', ['accord']],
    ['min_price=2500&max_price=3000', ['f150', 'civic']],
    ['mileage_max=12000', ['f150', 'model3']],
    ['body_type=coupe', ['civic']],
    ['title_type=salvage', ['civic']],
    ['condition=starts', ['civic']],
    ['state=mn', ['civic']],
    ['status=active', ['f150', 'civic', 'accord']],
    ['status=in_auction', ['model3']],
    ['make=&year_min=&q=&sort=&seller_id=&state=', ['f150', 'model3', 'civic', 'accord']],
    ['make=Nobody', []],
    ['q=honda', ['civic', 'accord']],
    ['q=2012%20HONDA', ['civic']],
    ['q=F-150', ['f150']],
    ['q=50%25_', ['model3']],
    ['q=%25', ['model3']],
    ["q=king's", ['f150']],
    ['q=honda%20tesla', []],
    [`q=${VINS.civic.slice(-8)}`, ['civic']],
    ["q=x'%20OR%201=1--", []],
    ['sort=newest', ['f150', 'model3', 'civic', 'accord']],
    ['sort=price_asc', ['accord', 'civic', 'f150', 'model3']],
    ['sort=price_desc', ['model3', 'f150', 'civic', 'accord']],
    ['sort=year_desc', ['model3', 'f150', 'civic', 'accord']],
    ['sort=mileage_asc', ['f150', 'model3', 'accord', 'civic']],
    ['sort=price_asc&make=Honda&year_min=2010', ['civic']],
  ] as const)('%s', async (search, expected) => {
    expect(await names(`?${search}`)).toEqual(expected)
    expect((await page(`?${search}`)).total).toBe(expected.length)
  })

  test('of one seller', async () => {
    expect(await names(`?seller_id=${other.user.id}`)).toEqual(['f150'])
    expect(await names('?seller_id=999999999')).toEqual([])
  })

  test('everything of one’s own with seller_id=me', async () => {
    expect(await names('?seller_id=me', seller)).toEqual(['draft', 'model3', 'civic', 'accord'])
    expect(await names('?seller_id=me&status=draft', seller)).toEqual(['draft'])
    expect(await names('?seller_id=me&sort=price_desc', seller)).toEqual([
      'model3',
      'civic',
      'draft',
      'accord',
    ])
    expect(await names('?seller_id=me', other)).toEqual(['f150'])
    expect(refusalOf(await list('?seller_id=me'))).toEqual([401, 'unauthenticated'])
  })

  test('what is not public is in nobody else’s list', async () => {
    for (const as of [undefined, other]) {
      expect(await names('?status=draft', as)).toEqual([])
      expect(await names(`?status=draft&seller_id=${seller.user.id}`, as)).toEqual([])
    }
    expect(await names(`?status=draft&seller_id=${seller.user.id}`, admin)).toEqual(['draft'])
  })

  test.each([
    'year_min=x',
    'year_max=-1',
    'year_min=1e308',
    'min_price=-1',
    'min_price=NaN',
    'max_price=1.234',
    'price_max=1e9',
    'mileage_max=1.5',
    'title_type=gold',
    'condition=CLEAN',
    'status=gone',
    'sort=random',
    'seller_id=0',
    'seller_id=you',
    'seller_id=9223372036854775808',
    'page=0',
    'page=x',
    'per_page=0',
    'per_page=101',
    'page=501&per_page=20',
    'page=101&per_page=100',
    'cursor=abc',
    'cursor=eyJzb3J0IjoibmV3ZXN0In0',
    `make=${'x'.repeat(65)}`,
    `q=${'x'.repeat(101)}`,
  ])('%s is 400 and names the parameter', async (search) => {
    const answer = await list(`?${search}`)
    expect([...refusalOf(answer), answer.at('details.0.path')]).toEqual([
      400,
      'validation_failed',
      search.replace(/[=&].*/, ''),
    ])
  })
})

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
