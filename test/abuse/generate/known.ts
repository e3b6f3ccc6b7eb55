import { completeVin } from '../../../local/seed/models.ts'
import type { Random } from '../../crash/random.ts'
import type { Person } from '../scene/people.ts'
import type { Known } from './sample.ts'

const DAY_MS = 86_400_000
const TITLE_LETTERS = 8

/** Values that are right in more than their form, for whoever sends them. */
export function knownTo(person: Person | undefined, random: Random): Known {
  const clerkUserId = person?.clerkUserId ?? 'abuse_nobody'
  const word = () => Array.from({ length: TITLE_LETTERS }, () => random.pick([...'abcdefghij'])).join('')
  return {
    vin: () => completeVin(`1HGCV1F3*MA${String(random.int(500_000, 999_999))}`),
    clerk_user_id: () => clerkUserId,
    email: () => `${clerkUserId}@example.com`,
    refresh_token: () => `${word()}.${word()}.${word()}`,
    filename: () => `${word()}.png`,
    content_type: () => 'image/png',
    kind: () => 'image',
    size: () => random.int(1, 1_000_000),
    ends_at: () => new Date(Date.now() + random.int(1, 80) * DAY_MS).toISOString(),
    starts_at: () => new Date(Date.now() + random.int(60_000, DAY_MS / 2)).toISOString(),
    reason: () => word(),
  }
}
