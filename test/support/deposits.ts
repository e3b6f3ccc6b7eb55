/** Buying power to test with (M18): ten times what was deposited. */
import { api } from './api.ts'
import { type Person, signIn } from './people.ts'

/** An admin records what somebody has deposited, in dollars. */
export async function recordDeposit(admin: Person, { user }: Person, amount: number): Promise<void> {
  ;(await api('PUT', `/api/admin/users/${user.id}/deposit`, { as: admin, body: { amount } })).expect(200)
}

/** Somebody new with so much of buying power, in dollars. */
export async function signInBuyer(admin: Person, limit: number): Promise<Person> {
  const person = await signIn()
  await recordDeposit(admin, person, limit / 10)
  return person
}
