/** M12: the auction knows who of two came last, and MySQL shows what it told everyone. */
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { auctionSchema } from '../../src/auctions/schemas.ts'
import { createDeps } from '../../src/deps.ts'
import { editVehicle } from '../../src/vehicles/edit-vehicle.ts'
import { vehicleSchema } from '../../src/vehicles/schemas.ts'
import { api, createAuction, select, signIn, signInAdmin } from '../support/index.ts'

const [seller, admin] = [await signIn(), await signInAdmin()]

const patch = async (id: number, body: object) =>
  (await api('PATCH', `/api/vehicles/${id}`, { as: admin, body })).expect(200)
const told = async (auctionId: number) =>
  (await api('GET', `/api/auctions/${auctionId}`)).expect(200).as(auctionSchema)
const stored = async (vehicleId: number) =>
  (await api('GET', `/api/vehicles/${vehicleId}`)).expect(200).as(vehicleSchema)
const projectedSeq = async (auctionId: number) =>
  (
    await select(z.object({ seq: z.coerce.number() }), 'SELECT seq FROM auctions WHERE id = ?', [auctionId])
  )[0]?.seq
const settled = async (auctionId: number) => {
  const isProjected = async () => (await projectedSeq(auctionId)) === (await told(auctionId)).seq
  await expect.poll(isProjected, { timeout: 10_000 }).toBe(true)
}

/** An edit that stops after the auction was told and before MySQL is written. */
function editSlowly(vehicleId: number, change: { mileage?: number; description?: string }) {
  const deps = createDeps(env)
  const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const db = new Proxy(deps.db, {
    get: (target, name, receiver) =>
      name === 'transaction'
        ? async (work: Parameters<typeof target.transaction>[0]) => {
            reached.resolve()
            await go.promise
            return await target.transaction(work)
          }
        : Reflect.get(target, name, receiver),
  })
  const ctx = {
    ...deps,
    db,
    requestId: 'test',
    actor: {
      userId: admin.user.id,
      roles: ['admin'] as const,
      sellerProfileId: null,
      canBid: true,
      sessionUntilMs: Date.now() + 60_000,
    },
    now: Date.now(),
    address: null,
    idempotencyKey: null,
    waitUntil: () => undefined,
  }
  const edited = editVehicle(ctx, vehicleId, change)
  return { reached: reached.promise, go: go.resolve, edited }
}

test('M12: of two who change one field at once, what the auction heard last is what MySQL shows', async () => {
  const { id, vehicle_id } = await createAuction(seller)
  const first = editSlowly(vehicle_id, { mileage: 100_000, description: 'Read again' })
  await first.reached
  await patch(vehicle_id, { mileage: 110_000 })
  await settled(id)
  first.go()
  const shown = await first.edited
  expect([shown.mileage, shown.description]).toEqual([110_000, 'Read again'])
  expect((await told(id)).vehicle.mileage).toBe(110_000)
  expect((await stored(vehicle_id)).mileage).toBe(110_000)
})

test('M12: a form that leaves a field as it was takes nothing back of what another has changed meanwhile', async () => {
  const { id, vehicle_id } = await createAuction(seller)
  const form = editSlowly(vehicle_id, { mileage: 90_000, description: 'One owner' })
  await form.reached
  await patch(vehicle_id, { mileage: 120_000 })
  await settled(id)
  form.go()
  const shown = await form.edited
  expect([shown.mileage, shown.description]).toEqual([120_000, 'One owner'])
  expect((await told(id)).vehicle.mileage).toBe(120_000)
})

test('M12: many at once leave the auction and MySQL of one mind', async () => {
  const { id, vehicle_id } = await createAuction(seller)
  await Promise.all([101_000, 102_000, 103_000, 104_000].map((mileage) => patch(vehicle_id, { mileage })))
  await settled(id)
  expect((await stored(vehicle_id)).mileage).toBe((await told(id)).vehicle.mileage)
})
