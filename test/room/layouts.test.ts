import { describe, expect, test } from 'vitest'
import type { Decision } from '../../src/auctions/engine/auction.ts'
import { idOf, openSale, usd, verdictOf } from '../engine/sale.ts'
import { type CoreStand, inRoom } from './core-stand.ts'
import { type AnsweredId, writeFirstLayout } from './first-layout.ts'
import { ADMIN, bidder, exact, HOUR_MS, max, viewer } from './stand.ts'

const place = (stand: CoreStand, userId: number, offer: ReturnType<typeof exact>, clientId: string | null) =>
  stand.core.bids.place({ bidder: bidder(userId), clientId, offer, door: 'http', requestId: 'test' })

/** A sale that is under way, as the first layout has it; the room is woken over that by today's code. */
function wakeOverFirstLayout(stand: CoreStand) {
  const sale = openSale({ auctionId: stand.auctionId })
  const ids: AnsweredId[] = []
  const keep = (bidderId: number, clientId: string, content: string, decision: Decision) => {
    ids.push({ bidderId, clientId, content, answer: idOf(decision) })
    return verdictOf(decision)
  }
  const verdicts = {
    first: keep(1, 'first', `exact:${usd(100)}`, sale.at(1).exact(1, 100)),
    beaten: keep(2, 'beaten', `max:${usd(500)}`, sale.at(2).max(2, 500)),
    nameless: verdictOf(sale.at(3).exact(1, 600)),
    leads: keep(2, 'leads', `max:${usd(900)}`, sale.at(4).max(2, 900)),
    raised: keep(2, 'raised', `max:${usd(1_500)}`, sale.at(5).max(2, 1_500)),
    sameId: keep(3, 'first', `exact:${usd(1_600)}`, sale.at(6).exact(3, 1_600)),
  }
  sale.at(7).void(verdicts.sameId.bidId, verdicts.raised.bidId)
  ids.push({
    bidderId: 1,
    clientId: 'low',
    content: `exact:${usd(5)}`,
    answer: { refused: 'too_low', minimumBid: usd(100) },
  })
  stand.clock.now = sale.now
  writeFirstLayout(stand.state.storage.sql, sale, ids)
  stand.wake()
  return { sale, verdicts }
}

describe('a room that is live while its code is replaced', () => {
  test('R21: answers every id as before, accepted or refused, bids voided since too', () =>
    inRoom(async (stand) => {
      const { sale, verdicts } = wakeOverFirstLayout(stand)
      const again = async (userId: number, offer: ReturnType<typeof exact>, id: string) => {
        const answer = await place(stand, userId, offer, id)
        return answer.ok && answer.replayed ? answer.verdict : answer
      }
      expect(await again(1, exact(100), 'first')).toEqual(verdicts.first)
      expect(await again(2, max(500), 'beaten')).toEqual(verdicts.beaten)
      expect(await again(2, max(900), 'leads')).toEqual(verdicts.leads)
      expect(await again(2, max(1_500), 'raised')).toEqual(verdicts.raised)
      expect(await again(3, exact(1_600), 'first')).toEqual(verdicts.sameId)
      expect(await again(2, max(501), 'beaten')).toMatchObject({ code: 'id_reused' })
      expect(await again(1, exact(5), 'low')).toMatchObject({ code: 'too_low', minimumBid: usd(100) })
      expect(await again(1, exact(90_000), 'low')).toMatchObject({ code: 'id_reused' })
      expect(stand.core.auction).toEqual(sale.auction)
    }))

  test('R20: knows what stands of everyone’s offers, and voids bids of before', () =>
    inRoom(async (stand) => {
      const { verdicts } = wakeOverFirstLayout(stand)
      const maximumOf = async (userId: number) => (await stand.core.view(viewer(userId)))?.view.you?.maxBid
      expect([await maximumOf(1), await maximumOf(2), await maximumOf(3)]).toEqual([usd(600), usd(900), null])
      await stand.core.house.voidBids(ADMIN, [verdicts.leads.bidId], 'wrong', 'test')
      expect([await maximumOf(1), await maximumOf(2), await maximumOf(3)]).toEqual([usd(600), usd(500), null])
      expect(stand.core.auction?.position.leader).toMatchObject({ bidderId: 1, maximum: usd(600) })
    }))

  test('goes on with the next bid, by known people under their aliases', () =>
    inRoom(async (stand) => {
      const { sale } = wakeOverFirstLayout(stand)
      const answer = await place(stand, 3, exact(2_000), 'next')
      expect(answer).toMatchObject({ ok: true, verdict: { bidId: sale.ledger.length + 1, leading: true } })
      expect((await stand.core.view(viewer(3)))?.view.you).toMatchObject({
        alias: 'Bidder 3',
        maxBid: usd(2_000),
      })
      stand.wake()
      expect(await place(stand, 3, exact(2_000), 'next')).toMatchObject({ ok: true, replayed: true })
    }))

  test('R21: forgets 24 h after its end', () =>
    inRoom(async (stand) => {
      const { sale } = wakeOverFirstLayout(stand)
      stand.clock.now = sale.position.endsAt + 24 * HOUR_MS
      stand.ring()
      stand.ring()
      expect(await place(stand, 1, exact(100), 'first')).toMatchObject({ code: 'ended' })
      expect(await place(stand, 1, exact(5), 'low')).toMatchObject({ code: 'ended' })
    }))
})
