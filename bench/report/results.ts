import type { Machine } from '../machine.ts'
import type { BacklogFigures } from '../parts/backlog.ts'
import type { EngineFigure } from '../parts/engine.ts'
import type { ReadFigures } from '../parts/reads.ts'
import type { RowFigure } from '../parts/rows.ts'
import type { SearchFigures } from '../parts/searches.ts'
import type { SocketFigures } from '../parts/sockets.ts'
import type { VinFigures } from '../parts/vin.ts'
import type { WakeFigure } from '../parts/wake.ts'

/** Everything that a run has measured, as `latest.json` keeps it. */
export interface Results {
  machine: Machine
  isQuick: boolean
  engine?: EngineFigure[]
  rows?: RowFigure[]
  sockets?: SocketFigures[]
  auctions?: SocketFigures[]
  wake?: WakeFigure[]
  backlog?: BacklogFigures
  reads?: ReadFigures[]
  searches?: SearchFigures
  vin?: VinFigures
}
