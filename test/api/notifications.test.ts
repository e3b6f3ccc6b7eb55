import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { NOTIFICATION_TYPES } from '../../src/notifications/notification.ts'
import { notificationPageSchema, notificationSchema } from '../../src/notifications/schemas.ts'
import { sweep } from '../../src/sweeper.ts'
import { api } from '../support/api.ts'
import { countReads, query } from '../support/database.ts'
import { makeNotice, storeNotices } from '../support/notices.ts'
import { type Person, signIn } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

const [person, stranger] = await Promise.all([signIn(), signIn()])

const list = async (as: Person, params = '') =>
  (await api('GET', `/api/notifications${params}`, { as })).expect(200).as(notificationPageSchema)
const countOf = async (as: Person) =>
  (await api('GET', '/api/notifications/unread-count', { as })).expect(200).body

/** A new person with so many notifications, all unread; the newest is named last. */
async function personWith(count: number) {
  const owner = await signIn()
  const titles = Array.from({ length: count }, (_, n) => `Notice ${n + 1}`)
  await storeNotices(...titles.map((title) => makeNotice(owner.user.id, { title })))
  const { notifications } = await list(owner, '?per_page=100')
  return { owner, ids: notifications.map(({ id }) => id) }
}

describe('GET /api/notifications', () => {
  test('M13: shows what the caller was told, the newest first, and nobody else’s', async () => {
    await storeNotices(
      makeNotice(person.user.id, { title: 'First', type: 'outbid' }),
      makeNotice(stranger.user.id, { title: 'Not theirs' }),
      makeNotice(person.user.id, { title: 'Second' }),
    )
    const { notifications, total } = await list(person)
    expect(notifications.map(({ title }) => title)).toEqual(['Second', 'First'])
    expect(total).toBe(2)
    expect(notifications[1]).toEqual({
      id: expect.any(Number),
      type: 'outbid',
      title: 'First',
      message: 'A message',
      data: { vehicle_id: 7 },
      read_at: null,
      created_at: '2026-01-02T03:04:05.000Z',
    })
  })

  test('goes on by cursor and by page, and says so in Link', async () => {
    const { owner, ids } = await personWith(5)
    const first = await api('GET', '/api/notifications?per_page=2', { as: owner })
    const { next_cursor, notifications } = first.as(notificationPageSchema)
    expect(first.headers.get('link')).toContain(`cursor=${next_cursor}`)
    const second = await list(owner, `?per_page=2&cursor=${next_cursor}`)
    const third = await list(owner, '?per_page=2&page=3')
    const seen = [...notifications, ...second.notifications, ...third.notifications].map(({ id }) => id)
    expect(seen).toEqual(ids)
    expect(third).toMatchObject({ total: 5, pages: 3, next_cursor: null })
  })

  test('with unread=true leaves out what was read', async () => {
    const { owner, ids } = await personWith(3)
    await api('PUT', `/api/notifications/${ids[1]}/read`, { as: owner })
    const unread = await list(owner, '?unread=true')
    expect(unread.notifications.map(({ id }) => id)).toEqual([ids[0], ids[2]])
    expect(unread.total).toBe(2)
    expect((await list(owner, '?unread=false')).total).toBe(3)
    expect((await list(owner, '?unread=')).total).toBe(3)
  })

  test('is 400 for filters and pages that are none, 401 without a sign-in', async () => {
    for (const params of ['unread=maybe', 'page=0', 'per_page=101', 'cursor=nonsense']) {
      const answer = await api('GET', `/api/notifications?${params}`, { as: person })
      expect(refusalOf(answer), params).toEqual([400, 'validation_failed'])
    }
    expect(refusalOf(await api('GET', '/api/notifications'))).toEqual([401, 'unauthenticated'])
  })

  test('a long list is counted by the sweeper', async () => {
    const owner = await signIn()
    const rows = Array.from({ length: 1_300 }, () => makeNotice(owner.user.id))
    await storeNotices(...rows)
    expect(await list(owner)).toMatchObject({ total: 1_200, total_capped: true })
    await waitFor(async () => {
      await sweep(createDeps(env), Date.now() + 1_000)
      return !(await list(owner)).total_capped
    })
    expect((await list(owner)).total).toBe(1_300)
  })
})

describe('GET /api/notifications/unread-count', () => {
  test('counts what the caller has not read', async () => {
    const { owner, ids } = await personWith(3)
    expect(await countOf(owner)).toEqual({ count: 3 })
    await api('PUT', `/api/notifications/${ids[0]}/read`, { as: owner })
    expect(await countOf(owner)).toEqual({ count: 2 })
    expect(await countOf(await signIn())).toEqual({ count: 0 })
  })

  test('reads the index of unread ones: what was read costs nothing', async () => {
    const { owner } = await personWith(600)
    await api('PUT', '/api/notifications/read-all', { as: owner })
    await storeNotices(makeNotice(owner.user.id))
    await countOf(owner)
    const { handlerReads, statements } = await countReads(() => countOf(owner))
    expect(statements).toHaveLength(1)
    expect(handlerReads).toBeLessThan(10)
  })

  test('is 401 without a sign-in', async () => {
    const answer = await api('GET', '/api/notifications/unread-count')
    expect(refusalOf(answer)).toEqual([401, 'unauthenticated'])
  })
})

describe('PUT /api/notifications/:id/read', () => {
  test.each(['PUT', 'POST'])(
    '%s marks one as read, and keeps the first time when repeated',
    async (method) => {
      const { owner, ids } = await personWith(2)
      const path = `/api/notifications/${ids[0]}/read`
      const first = (await api(method, path, { as: owner })).expect(200).as(notificationSchema)
      expect(first).toMatchObject({ id: ids[0], read_at: expect.any(String) })
      const second = (await api(method, path, { as: owner })).expect(200).as(notificationSchema)
      expect(second).toEqual(first)
      const { notifications } = await list(owner)
      expect(notifications.map(({ read_at }) => read_at)).toEqual([first.read_at, null])
    },
  )

  test('is 404 for another’s, which stays unread, for what is none, and 401 without a sign-in', async () => {
    const { owner, ids } = await personWith(1)
    for (const id of [ids[0], 999_999, 'abc', -1]) {
      const answer = await api('PUT', `/api/notifications/${id}/read`, { as: stranger })
      expect(refusalOf(answer)).toEqual([404, 'not_found'])
    }
    expect(refusalOf(await api('PUT', `/api/notifications/${ids[0]}/read`))).toEqual([401, 'unauthenticated'])
    expect(await countOf(owner)).toEqual({ count: 1 })
  })
})

describe('PUT /api/notifications/read-all', () => {
  test.each(['PUT', 'POST'])('%s marks all of the caller’s and nobody else’s', async (method) => {
    const { owner } = await personWith(3)
    const { owner: other } = await personWith(1)
    const answer = (await api(method, '/api/notifications/read-all', { as: owner })).expect(200)
    expect(answer.body).toEqual({ message: 'All notifications marked as read', marked: 3 })
    const again = (await api(method, '/api/notifications/read-all', { as: owner })).expect(200)
    expect(again.at('marked')).toBe(0)
    expect([await countOf(owner), await countOf(other)]).toEqual([{ count: 0 }, { count: 1 }])
  })

  test('is one UPDATE, whatever there is to mark', async () => {
    const { owner } = await personWith(40)
    const { statements } = await countReads(() => api('PUT', '/api/notifications/read-all', { as: owner }))
    expect(statements.map(({ sql }) => sql.split(' ')[0]?.toLowerCase())).toEqual(['update'])
  })

  test('is 401 without a sign-in', async () => {
    expect(refusalOf(await api('PUT', '/api/notifications/read-all'))).toEqual([401, 'unauthenticated'])
  })
})

describe('/api/me/notification-preferences', () => {
  const PATH = '/api/me/notification-preferences'
  const allOn = Object.fromEntries(NOTIFICATION_TYPES.map((type) => [type, true]))
  const put = (as: Person, preferences: unknown) => api('PUT', PATH, { as, body: { preferences } })

  test('names every kind, on unless switched off, and changes only those that are named', async () => {
    const owner = await signIn()
    expect((await api('GET', PATH, { as: owner })).expect(200).body).toEqual({ preferences: allOn })
    const off = (await put(owner, { outbid: false, bid_placed: false })).expect(200)
    const changed = { ...allOn, outbid: false, bid_placed: false }
    expect(off.body).toEqual({ preferences: changed })
    ;(await put(owner, { outbid: true })).expect(200)
    ;(await put(owner, {})).expect(200)
    const after = (await api('GET', PATH, { as: owner })).expect(200)
    expect(after.body).toEqual({ preferences: { ...changed, outbid: true } })
    expect((await api('GET', PATH, { as: person })).body).toEqual({ preferences: allOn })
  })

  test('M13: of a kind that is off nothing is stored, of the others it is', async () => {
    const owner = await signIn()
    await put(owner, { outbid: false })
    await storeNotices(
      makeNotice(owner.user.id, { type: 'outbid' }),
      makeNotice(owner.user.id, { type: 'auction_won' }),
      makeNotice(person.user.id, { type: 'outbid' }),
    )
    expect((await list(owner)).notifications.map(({ type }) => type)).toEqual(['auction_won'])
  })

  test('is 400 for an unknown kind and other values, which change nothing; 401 without a sign-in', async () => {
    const owner = await signIn()
    const bad: unknown[] = [
      { preferences: { nonsense: false } },
      { preferences: { outbid: false, nonsense: true } },
      { preferences: { outbid: 'no' } },
      { preferences: [] },
      { outbid: false },
      {},
    ]
    for (const body of bad) {
      const answer = await api('PUT', PATH, { as: owner, body })
      expect(refusalOf(answer), JSON.stringify(body)).toEqual([400, 'validation_failed'])
    }
    expect((await api('GET', PATH, { as: owner })).body).toEqual({ preferences: allOn })
    expect(refusalOf(await api('GET', PATH))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await api('PUT', PATH, { body: {} }))).toEqual([401, 'unauthenticated'])
  })
})

test('M13: a title that is too long is shortened, by whole characters, and keeps no other from being told', async () => {
  const [owner, other] = [await signIn(), await signIn()]
  await storeNotices(
    makeNotice(owner.user.id, { title: '😀'.repeat(201) }),
    makeNotice(other.user.id, { title: 'x'.repeat(200) }),
  )
  expect((await list(owner)).notifications[0]?.title).toBe(`${'😀'.repeat(199)}…`)
  expect((await list(other)).notifications[0]?.title).toBe('x'.repeat(200))
})

test('M13: one cause tells a person once, also when many tell it at the same time', async () => {
  const owner = await signIn()
  const notice = makeNotice(owner.user.id)
  await Promise.all(Array.from({ length: 20 }, () => storeNotices(notice, notice)))
  const rows = await query('SELECT id FROM notifications WHERE user_id = ?', [owner.user.id])
  expect(rows).toHaveLength(1)
})
