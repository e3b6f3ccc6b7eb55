import type { AbuseCase } from './case.ts'
import { flood } from './flood.ts'
import { frames } from './frames.ts'
import { idleSockets } from './idle-sockets.ts'
import { injection } from './injection.ts'
import { randomBodies } from './random-bodies.ts'
import { refreshReplay } from './refresh-replay.ts'
import { secrets } from './secrets.ts'
import { slowReaders } from './slow-readers.ts'
import { tickets } from './tickets.ts'
import { tokens } from './tokens.ts'

export const CASES: readonly AbuseCase[] = [
  tickets,
  tokens,
  refreshReplay,
  frames,
  flood,
  injection,
  secrets,
  slowReaders,
  idleSockets,
  randomBodies,
]
