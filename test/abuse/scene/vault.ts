import { z } from 'zod'
import type { Random } from '../../crash/random.ts'
import type { HttpClient } from '../clients/http.ts'
import type { Witness } from '../evidence/witness.ts'
import type { Listings } from './listings.ts'
import type { People, Person } from './people.ts'

/** An auction whose maximums and reserve are known to this run alone, so that they can be looked for everywhere. */
export interface Vault {
  auctionId: number
  vehicleId: number
  seller: Person
  leader: Person
  rival: Person
  /** The id under which the leader's maximum was bid, and what it was. */
  leaderBid: { id: string; body: { max_bid: number } }
}

/** Amounts of ten digits: such a number stands nowhere by chance. */
const SECRET_MIN_CENTS = 1_100_000_000
const SECRET_MAX_CENTS = 9_800_000_000

export async function fillVault(
  parts: { http: HttpClient; people: People; listings: Listings; witness: Witness; random: Random },
  admins: readonly Person[],
): Promise<Vault> {
  const { http, people, listings, witness, random } = parts
  const [first, raised, reserve, vehicleReserve] = drawSecrets(random)
  const seller = await people.signIn('vault_seller')
  const leader = await people.signIn('vault_leader')
  const rival = await people.signIn('vault_rival')
  const mayKnowReserve = (person: Person | null) =>
    person === seller || (person !== null && admins.includes(person))
  keepSecret(witness, 'the leader’s first maximum', first, (person) => person === leader)
  keepSecret(witness, 'the leader’s maximum', raised, (person) => person === leader)
  keepSecret(witness, 'the auction’s reserve', reserve, mayKnowReserve)
  keepSecret(witness, 'the vehicle’s reserve', vehicleReserve, mayKnowReserve)

  const vehicleId = await listings.active(seller, { reserve_price: vehicleReserve / 100 })
  const auctionId = await listings.auction(seller, vehicleId, { reserve_price: reserve / 100 })
  const leaderBid = { id: 'vault-leader-2', body: { max_bid: raised / 100 } }
  const bid = (as: Person, id: string, body: object) =>
    http.call(z.unknown(), {
      method: 'POST',
      path: `/api/auctions/${auctionId}/bids`,
      as,
      headers: { 'Idempotency-Key': id },
      body,
    })
  await bid(leader, 'vault-leader-1', { max_bid: first / 100 })
  await bid(rival, 'vault-rival-1', { max_bid: 2_500 })
  await bid(leader, leaderBid.id, leaderBid.body)
  return { auctionId, vehicleId, seller, leader, rival, leaderBid }
}

/** Two maximums in rising order, and two reserves above them, in cents. */
function drawSecrets(
  random: Random,
): [first: number, raised: number, reserve: number, vehicleReserve: number] {
  const quarter = Math.floor((SECRET_MAX_CENTS - SECRET_MIN_CENTS) / 4)
  // Odd cents: a sum of round numbers is none of them.
  const draw = (part: number) => {
    const cents = SECRET_MIN_CENTS + part * quarter + random.int(1, quarter - 1)
    return cents - (cents % 100) + random.int(1, 49) * 2 + 1
  }
  return [draw(0), draw(1), draw(2), draw(3)]
}

function keepSecret(
  witness: Witness,
  name: string,
  cents: number,
  mayKnow: (person: Person | null) => boolean,
): void {
  // Whole dollars, which any amount in dollars begins with, and cents.
  for (const text of [String(Math.floor(cents / 100)), String(cents)]) {
    witness.keep({ name, text, isNumber: true, mayKnow })
  }
}
