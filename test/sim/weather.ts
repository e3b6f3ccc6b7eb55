import type { Random } from './random.ts'

export type DatabaseMode = 'up' | 'refusing' | 'hanging' | 'failing over'
export type CallFault =
  | 'refuse'
  | 'hang'
  | 'lose answer'
  | 'arrive late'
  | 'deadlock'
  | 'fail over'
  | 'gateway error'

const CALL_FAULTS: readonly CallFault[] = [
  'refuse',
  'hang',
  'lose answer',
  'arrive late',
  'deadlock',
  'fail over',
  'gateway error',
]

/** How likely what goes wrong. Everything is 0 in calm weather. */
export class Weather {
  readonly #random: Random
  /** The largest delay of a message. */
  latencyMs = 20
  confirmMs = 4
  /** Of a single write to a room's disk, and of a batch that is to become durable. */
  writeFails = 0
  confirmFails = 0
  /** That a room dies in the middle of what it is doing, at a write. */
  diesWriting = 0
  database: DatabaseMode = 'up'
  databaseCallFails = 0
  /** MySQL refuses rows that hold this number, for good. */
  refusedNumber: number | null = null
  roomUnreachable = 0
  answerLost = 0
  callLate = 0
  personFails = 0
  alarmLateMs = 20
  alarmTwice = 0
  alarmEarly = 0
  /** As after six failures in a row. */
  alarmGivenUp = 0
  isCalm = false

  constructor(random: Random) {
    this.#random = random
  }

  callFault(): CallFault | null {
    return this.#random.chance(this.databaseCallFails) ? this.#random.pick(CALL_FAULTS) : null
  }

  /** One thing gets worse or better. @returns what */
  change(): string {
    const random = this.#random
    const sometimes = (probability: number) => (random.chance(0.5) ? probability : 0)
    switch (random.between(0, 8)) {
      case 0:
        this.writeFails = sometimes(0.08)
        return `writeFails ${this.writeFails}`
      case 1:
        this.confirmFails = sometimes(0.08)
        return `confirmFails ${this.confirmFails}`
      case 2:
        this.diesWriting = sometimes(0.04)
        return `diesWriting ${this.diesWriting}`
      case 3:
        this.confirmMs = random.pick([0, 40, 40, 1_500])
        return `confirmMs ${this.confirmMs}`
      case 4:
        this.database = random.weighted([
          [4, 'up'],
          [2, 'refusing'],
          [2, 'hanging'],
          [1, 'failing over'],
        ] as const)
        return `database ${this.database}`
      case 5:
        this.databaseCallFails = random.pick([0, 0.05, 0.3])
        return `databaseCallFails ${this.databaseCallFails}`
      case 6:
        this.roomUnreachable = sometimes(0.2)
        this.answerLost = sometimes(0.2)
        this.callLate = sometimes(0.1)
        return `roomUnreachable ${this.roomUnreachable} answerLost ${this.answerLost} callLate ${this.callLate}`
      case 7:
        this.personFails = sometimes(0.5)
        return `personFails ${this.personFails}`
      default:
        this.alarmLateMs = random.pick([0, 20, 2_000, 60_000])
        this.alarmTwice = sometimes(0.2)
        this.alarmEarly = sometimes(0.2)
        this.alarmGivenUp = sometimes(0.1)
        return `alarms ${this.alarmLateMs} ${this.alarmTwice} ${this.alarmEarly} ${this.alarmGivenUp}`
    }
  }

  /** From now on nothing fails. */
  calm(): void {
    Object.assign(this, new Weather(this.#random), { isCalm: true })
  }
}
