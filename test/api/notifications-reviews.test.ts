import { describe, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { createDraftVehicle } from '../support/market.ts'
import { noticesOf } from '../support/notices.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { setVariables } from '../support/variables.ts'

const admin = await signInAdmin()

describe('M13: a review', () => {
  const KINDS = ['vehicle_approved', 'vehicle_rejected'] as const
  const act = (id: number, action: string, as: Person, body?: object) =>
    api('POST', `/api/vehicles/${id}/${action}`, { as, body })

  test('tells the owner once of each approval and each rejection, with its reason', async () => {
    setVariables({ LISTING_REVIEW: 'manual' })
    const owner = await signIn()
    const id = await createDraftVehicle(owner)
    ;(await act(id, 'submit', owner)).expect(200)
    ;(await act(id, 'reject', admin, { reason: 'No photos' })).expect(200)
    ;(await act(id, 'submit', owner)).expect(200)
    ;(await act(id, 'reject', admin, { reason: 'Blurred photos' })).expect(200)
    ;(await act(id, 'submit', owner)).expect(200)
    ;(await act(id, 'approve', admin)).expect(200)
    expect((await act(id, 'approve', admin)).status).toBe(409)
    const told = await noticesOf(owner, ...KINDS)
    expect(told.map(({ type, message }) => [type, message])).toEqual([
      ['vehicle_rejected', 'Your listing was rejected: No photos'],
      ['vehicle_rejected', 'Your listing was rejected: Blurred photos'],
      ['vehicle_approved', 'Your listing was approved and can be seen by everyone.'],
    ])
    expect(told[0]?.data).toEqual({ vehicle_id: id, reason: 'No photos' })
  })

  test('whose COMMIT lost its answer is told once', async () => {
    setVariables({ LISTING_REVIEW: 'manual' })
    const owner = await signIn()
    const id = await createDraftVehicle(owner)
    ;(await act(id, 'submit', owner)).expect(200)
    await withFault({ mode: 'lose-answer', matching: '^commit', times: 1 }, async () => {
      ;(await act(id, 'approve', admin)).expect(200)
    })
    expect((await noticesOf(owner, ...KINDS)).map(({ type }) => type)).toEqual(['vehicle_approved'])
  })

  test('that is refused, or asked for by somebody else, tells nobody', async () => {
    setVariables({ LISTING_REVIEW: 'manual' })
    const owner = await signIn()
    const id = await createDraftVehicle(owner)
    ;(await act(id, 'submit', owner)).expect(200)
    expect((await act(id, 'approve', owner)).status).toBe(403)
    expect((await act(id, 'reject', admin, { reason: '' })).status).toBe(400)
    expect(await noticesOf(owner, ...KINDS)).toEqual([])
  })
})
