import type { Hall } from '../hall.ts'
import { type Act, requestOfAct } from './act.ts'

const PATIENCE_MS = 60_000
const AT_ONCE = 8

/** Sends everything that was done once more under its key; what was refused left its key free. */
export async function repeatActs(acts: readonly Act[], hall: Hall): Promise<void> {
  const queue = acts.filter(({ isDone }) => isDone).values()
  const worker = async () => {
    for (const act of queue) {
      const person = hall.personOf(act.userId)
      act.repeated = await person.insist(requestOfAct(act), Date.now() + PATIENCE_MS)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
