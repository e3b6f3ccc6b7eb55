/** The days of a market: those of its time zone, without weekends and listed holidays (M5). */
export interface Calendar {
  /** IANA name. */
  readonly timeZone: string
  /** `YYYY-MM-DD`, in the market's own time zone. */
  readonly holidays: readonly string[]
}

/** A day as the market counts it: whole days since 1970-01-01, which has no hour and no zone. */
type DayNumber = number

const DAY_MS = 86_400_000
const THURSDAY = 4
const SUNDAY = 0
const SATURDAY = 6

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(timeZone, made)
  return made
}

/** What a clock on the market's wall shows at `instantMs`, as if it were UTC. */
function wallClock(instantMs: number, timeZone: string): number {
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(instantMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
}

const dayOf = (instantMs: number, { timeZone }: Calendar): DayNumber =>
  Math.floor(wallClock(instantMs, timeZone) / DAY_MS)

const textOf = (day: DayNumber): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/** The instant at which a day begins on the market's wall clock. */
function beginningOf(day: DayNumber, { timeZone }: Calendar): number {
  const wanted = day * DAY_MS
  // The zone's offset there is that of a guess which lies within a day; the second round settles a change between.
  let guess = wanted
  for (let round = 0; round < 2; round += 1) guess += wanted - wallClock(guess, timeZone)
  return guess
}

function isBusinessDay(day: DayNumber, calendar: Calendar): boolean {
  const weekday = (((day + THURSDAY) % 7) + 7) % 7
  return weekday !== SUNDAY && weekday !== SATURDAY && !calendar.holidays.includes(textOf(day))
}

function nextBusinessDay(from: DayNumber, calendar: Calendar): DayNumber {
  let day = from
  while (!isBusinessDay(day, calendar)) day += 1
  return day
}

/**
 * The end of business day `count`, where the day of `fromMs`, or the next business day, is day 1 (M5). Epoch
 * milliseconds; the instant itself belongs to the next day already.
 */
export function endOfBusinessDay(fromMs: number, count: number, calendar: Calendar): number {
  let day = nextBusinessDay(dayOf(fromMs, calendar), calendar)
  for (let counted = 1; counted < count; counted += 1) day = nextBusinessDay(day + 1, calendar)
  return beginningOf(day + 1, calendar)
}

/**
 * The end of the business day that comes `count` after the day of `fromMs`, which is not counted itself (M8, M10).
 * Epoch milliseconds; the instant itself belongs to the next day already.
 */
export function endOfBusinessDaysAfter(fromMs: number, count: number, calendar: Calendar): number {
  let day = dayOf(fromMs, calendar)
  for (let counted = 0; counted < count; counted += 1) day = nextBusinessDay(day + 1, calendar)
  return beginningOf(day + 1, calendar)
}
