import { expect, test } from 'vitest'
import * as z from 'zod'
import { PER_PAGE_DEFAULT, pageQuery } from '../../src/lib/pagination.ts'

test.each([
  [undefined, PER_PAGE_DEFAULT],
  [50, 50],
])(
  'the schema of a list’s query shows the page that is meant without one (per_page %s)',
  (perPage, shown) => {
    const schema = z.toJSONSchema(z.object(pageQuery(perPage)), { io: 'input' })
    expect(schema).toMatchObject({
      properties: { page: { default: '1' }, per_page: { default: String(shown) } },
    })
    expect(schema.required ?? []).toEqual([])
  },
)

test.each([{}, { page: '', per_page: '' }])('%j is the first page of the usual length', (query) => {
  expect(z.object(pageQuery(50)).parse(query)).toEqual({ page: 1, per_page: 50 })
})
