import type { TalkAudit, TalkEvidence, TalkNotice } from '../evidence/talk-rows.ts'
import { type Act, offerBy } from '../talks/act.ts'
import type { OfferRow } from '../talks/negotiator.ts'
import { compareNotices } from './check-decision.ts'
import { compareRows } from './compare-rows.ts'

/** M4, M3: how long a round stands. */
const STANDS_MS: Readonly<Record<string, number>> = { listing: 48 * 3_600_000, second_chance: 24 * 3_600_000 }
const STATUS_BY = {
  accept: 'accepted',
  reject: 'rejected',
  withdraw: 'withdrawn',
  counter: 'countered',
} as const

/** A round with who made and who answered it. */
interface Told {
  readonly row: OfferRow
  readonly maker: Act
  readonly answer: Act | null
  readonly expiresAt: number
}

/** M4: each round is one that somebody was told they made, and ended once, by the answer that was told or by its deadline. */
export function checkRounds(talk: TalkEvidence): string[] {
  const problems: string[] = []
  const told: Told[] = []
  const done = talk.acts.filter(({ isDone }) => isDone)
  const makers = Map.groupBy(done.filter(isMaking), (act) => offerBy(act).offer.id)
  const answers = Map.groupBy(done, ({ what }) => (what.kind === 'answer' ? what.offerId : 0))
  for (const row of talk.rounds) {
    const [maker, ...more] = makers.get(row.id) ?? []
    makers.delete(row.id)
    const [answer = null, ...others] = answers.get(row.id) ?? []
    if (more.length > 0) problems.push(`offer ${row.id} was made ${more.length + 1} times`)
    if (others.length > 0) problems.push(`offer ${row.id} was answered ${others.length + 1} times`)
    if (maker === undefined) {
      problems.push(`there is the offer ${row.id}, which nobody was told that they made`)
      continue
    }
    const moved = talk.moved.findLast(({ of }) => of.kind === 'offer' && of.id === row.id)
    const expiresAt = moved?.at ?? row.created_at.getTime() + (STANDS_MS[row.kind] ?? 0)
    told.push({ row, maker, answer, expiresAt })
  }
  for (const id of makers.keys()) problems.push(`the offer ${id} was acknowledged and is not there`)
  const ended = told.map((round) => ({ ...round, end: endOf(round, told, talk.readAt) }))
  return [
    ...problems,
    ...ended.flatMap((round) => checkRound(round, talk)),
    ...checkRefusals(talk, ended),
    ...compareNotices(
      talk.notices.filter(({ cause }) => cause.startsWith('offer:')),
      ended.flatMap(noticesOf),
    ),
    ...checkAudits(talk.audits, ended),
  ]
}

/** Whether an act makes a round when it is done. */
const isMaking = ({ what }: Act): boolean =>
  what.kind === 'offer' ||
  what.kind === 'second chance' ||
  (what.kind === 'answer' && what.answer.action === 'counter')

/** The status that a round must have come to, and between which instants. */
interface End {
  readonly status: string
  readonly from: number
  readonly to: number
}

function endOf({ row, maker, answer, expiresAt }: Told, all: readonly Told[], readAt: number): End {
  if (answer !== null && answer.what.kind === 'answer') {
    const status = STATUS_BY[answer.what.answer.action]
    return { status, from: answer.sentAt, to: Math.min(answer.answeredAt, expiresAt - 1) }
  }
  const accepted = all.find(({ answer }) => isAccepting(answer))?.row
  const soldAt = accepted?.updated_at.getTime()
  if (soldAt !== undefined && row.created_at.getTime() <= soldAt && soldAt < expiresAt) {
    return { status: 'rejected', from: soldAt, to: soldAt }
  }
  if (expiresAt <= readAt) return { status: 'expired', from: expiresAt, to: expiresAt }
  return { status: 'pending', from: maker.sentAt, to: maker.answeredAt }
}

const isAccepting = (act: Act | null): boolean =>
  act !== null && act.what.kind === 'answer' && act.what.answer.action === 'accept'

type Ended = Told & { readonly end: End }

function checkRound({ row, maker, expiresAt, end }: Ended, talk: TalkEvidence): string[] {
  const name = `offer ${row.id}`
  const { what } = maker
  const previous = what.kind === 'answer' ? talk.rounds.find(({ id }) => id === what.offerId) : undefined
  const isOfBuyer = maker.userId !== row.seller_id
  const isPending = end.status === 'pending'
  const { offer } = offerBy(maker)
  const problems = compareRows(
    name,
    {
      kind: what.kind === 'second chance' ? 'second_chance' : (previous?.kind ?? 'listing'),
      made_by: isOfBuyer ? 'buyer' : 'seller',
      buyer_id: isOfBuyer ? maker.userId : (previous?.buyer_id ?? row.buyer_id),
      amount_cents: offer.amount,
      round: (previous?.round ?? 0) + 1,
      previous_id: previous?.id ?? null,
      status: end.status,
      expires_at: expiresAt,
      next_attempt_at: isPending ? expiresAt : null,
    },
    row,
  )
  if (what.kind === 'offer' && offer.amount !== what.amount) problems.push(`${name} is another amount`)
  if (what.kind === 'answer' && what.answer.action === 'counter' && offer.amount !== what.answer.amount)
    problems.push(`${name} is another amount`)
  if ((row.standing_key !== null) !== isPending) problems.push(`${name} has the key ${row.standing_key}`)
  const madeAt = row.created_at.getTime()
  if (madeAt < maker.sentAt || madeAt > maker.answeredAt)
    problems.push(`${name} was made at ${madeAt}, sent at ${maker.sentAt}, answered at ${maker.answeredAt}`)
  const endedAt = row.updated_at.getTime()
  if (endedAt < end.from || endedAt > end.to)
    problems.push(`${name} is ${row.status} since ${endedAt}, expected is from ${end.from} to ${end.to}`)
  return problems
}

/** Who was refused came when the round had ended, or the vehicle was sold; or there was no next bidder. */
function checkRefusals(talk: TalkEvidence, ended: readonly Ended[]): string[] {
  const soldAt = ended.find(({ end }) => end.status === 'accepted')?.row.updated_at.getTime()
  return talk.acts
    .filter(({ what, isDone }) => what.kind !== 'decide' && !isDone)
    .flatMap((act) => {
      if (act.reply === null) return [`${act.name} was never answered`]
      const { what, code, answeredAt } = act
      const round = what.kind === 'answer' ? ended.find(({ row }) => row.id === what.offerId) : undefined
      const isOver = round !== undefined && round.end.status !== 'pending' && round.end.from <= answeredAt
      const isSold = soldAt !== undefined && soldAt <= answeredAt
      const isExplained =
        (code === 'wrong_status' && (isOver || isSold)) ||
        (code === 'no_next_bidder' && what.kind === 'second chance')
      return isExplained ? [] : [`${act.name} was refused as ${code}`]
    })
}

/** M13: the other side of each round, of its answer both or the one that did not act. */
function noticesOf({ row, answer, end }: Ended): TalkNotice[] {
  const [maker, other] =
    row.made_by === 'buyer' ? [row.buyer_id, row.seller_id] : [row.seller_id, row.buyer_id]
  const tell = (userId: number, status: string, type: string) => ({
    userId,
    type,
    cause: `offer:${row.id}:${status}`,
  })
  const made = tell(other, 'pending', row.round === 1 ? 'offer_received' : 'offer_countered')
  switch (end.status) {
    case 'accepted':
      return [made, tell(maker, 'accepted', 'offer_accepted')]
    case 'rejected':
      return [made, tell(answer === null ? row.buyer_id : maker, 'rejected', 'offer_rejected')]
    case 'withdrawn':
      return [made, tell(other, 'withdrawn', 'general')]
    case 'expired':
      return [made, tell(maker, 'expired', 'offer_expired'), tell(other, 'expired', 'offer_expired')]
    default:
      return [made]
  }
}

/** M17: what was accepted, and each second chance, is in the audit log, once. */
function checkAudits(audits: readonly TalkAudit[], ended: readonly Ended[]): string[] {
  const count = (wanted: string) => audits.filter(({ action }) => action === wanted).length
  const accepted = ended.filter(({ end }) => end.status === 'accepted').length
  const chances = ended.filter(({ row }) => row.kind === 'second_chance').length
  return [
    ...(count('offer.accepted') === accepted
      ? []
      : [`the audit log has ${count('offer.accepted')} acceptances, not ${accepted}`]),
    ...(count('auction.second_chance') === chances
      ? []
      : [`the audit log has ${count('auction.second_chance')} second chances, not ${chances}`]),
  ]
}
