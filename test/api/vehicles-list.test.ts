import { describe, expect, test } from 'vitest'
import { admin, idOf, ids, list, names, other, page, seller, VINS } from '../support/listed-cars.ts'
import { refusalOf } from '../support/sessions.ts'

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
