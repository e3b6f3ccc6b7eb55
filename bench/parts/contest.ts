import type { Workerd } from '../../local/workerd/serve.ts'
import { Crowd } from '../load/crowd.ts'
import type { ArrivalReport, BidReport, Connection } from '../load/orders.ts'
import { bareConnection, Market, watcherConnection } from '../stack/market.ts'
import { type MemoryUse, readCpuSeconds, readMemory } from '../stack/process-usage.ts'
import type { Stage } from '../stack/stage.ts'

/** How many auctions run at once, who sits in each, and who of those bids. */
export interface Contest {
  label: string
  auctions: number
  socketsEach: number
  biddersEach: number
}

/** What one round of bidding on one side came to. Times in ms, rates per second. */
export interface Round {
  bids: number
  tooLow: number
  deliveries: number
  frames: number
  ackMs: Float64Array
  lastWatcherMs: Float64Array
  /** Processor time of workerd, which a busy machine changes less than it does the rates. */
  serverMsPerBid: number
  /** Of one processor. */
  serverCpu: number
  clientCpu: number
}

const CATCH_UP_MS = 30_000

/** One room implementation with the sockets of a contest, in a workerd of its own. */
export class Side {
  readonly workerd: Workerd
  readonly #bidders: Crowd
  readonly #watchers: Crowd | null

  private constructor(workerd: Workerd, bidders: Crowd, watchers: Crowd | null) {
    this.workerd = workerd
    this.#bidders = bidders
    this.#watchers = watchers
  }

  static async openOurs(stage: Stage, contest: Contest, isProfiled = false): Promise<Side> {
    const workerd = await stage.serve({ isProfiled })
    return Side.#open(workerd, async () => {
      const market = new Market(workerd.url, stage.dataDir)
      const ids: number[] = []
      for (let index = 0; index < contest.auctions; index++) ids.push(await market.openAuction())
      return seat(contest, (auction, bidder) => {
        const id = ids[auction] ?? 0
        return bidder === null ? watcherConnection(id, auction) : market.bidderConnection(id, auction, bidder)
      })
    })
  }

  static async openBare(stage: Stage, contest: Contest): Promise<Side> {
    const workerd = await stage.serveBare()
    return Side.#open(workerd, () =>
      seat(contest, (auction, bidder) => bareConnection(`room-${auction}`, auction, bidder !== null)),
    )
  }

  static async #open(workerd: Workerd, seats: () => Promise<Seats>): Promise<Side> {
    const opened: Crowd[] = []
    try {
      const { bidders, watchers } = await seats()
      opened.push(await Crowd.open(workerd.port, bidders))
      if (watchers.length > 0) opened.push(await Crowd.open(workerd.port, watchers))
      const [first, second = null] = opened
      if (first === undefined) throw new Error('Nobody bids')
      return new Side(workerd, first, second)
    } catch (error) {
      await Promise.all(opened.map((crowd) => crowd.close()))
      await workerd.stop()
      throw error
    }
  }

  get memory(): MemoryUse | null {
    return readMemory(this.workerd.pid)
  }

  /** Bids as fast as they are taken. */
  flood(forMs: number): Promise<Round> {
    return this.#play((bidders) => bidders.flood(forMs))
  }

  /** One bid at a time, none while another one's event may be on its way. */
  pace(bids: number, everyMs: number): Promise<Round> {
    return this.#play((bidders) => bidders.pace(bids, everyMs))
  }

  async close(): Promise<void> {
    await this.#bidders.close()
    await this.#watchers?.close()
    await this.workerd.stop()
  }

  async #play(bid: (bidders: Crowd) => Promise<BidReport>): Promise<Round> {
    const crowds = [this.#bidders, ...(this.#watchers === null ? [] : [this.#watchers])]
    for (const crowd of crowds) await crowd.begin()
    const serverCpu = () => readCpuSeconds(this.workerd.pid) ?? 0
    const clientCpu = () => crowds.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
    const before = { server: serverCpu(), client: clientCpu() }
    const report = await bid(this.#bidders)
    const arrivals = await Promise.all(crowds.map((crowd) => crowd.finish(report.lastSeqs, CATCH_UP_MS)))
    const used = { server: serverCpu() - before.server, client: clientCpu() - before.client }
    return describeRound(report, arrivals, used)
  }
}

interface Seats {
  bidders: Connection[]
  watchers: Connection[]
}

async function seat(
  { auctions, socketsEach, biddersEach }: Contest,
  connect: (auction: number, bidder: number | null) => Connection | Promise<Connection>,
): Promise<Seats> {
  const bidders: Connection[] = []
  const watchers: Connection[] = []
  for (let auction = 0; auction < auctions; auction++) {
    for (let socket = 0; socket < socketsEach; socket++) {
      if (socket < biddersEach) bidders.push(await connect(auction, socket))
      else watchers.push(await connect(auction, null))
    }
  }
  return { bidders, watchers }
}

function describeRound(
  report: BidReport,
  arrivals: readonly ArrivalReport[],
  used: { server: number; client: number },
): Round {
  const behind = arrivals.reduce((sum, arrival) => sum + arrival.behind, 0)
  if (behind > 0) throw new Error(`${behind} sockets did not get every event within ${CATCH_UP_MS / 1_000} s`)
  const biddingSeconds = (report.endedAt - report.startedAt) / 1_000
  const lastAt = Math.max(report.endedAt, ...arrivals.map((arrival) => arrival.lastAt))
  const seconds = (lastAt - report.startedAt) / 1_000
  const sum = (field: 'deliveries' | 'frames') =>
    arrivals.reduce((total, arrival) => total + arrival[field], 0)
  return {
    bids: report.accepted / biddingSeconds,
    tooLow: report.tooLow / biddingSeconds,
    deliveries: sum('deliveries') / seconds,
    frames: sum('frames') / seconds,
    ackMs: report.ackMs,
    lastWatcherMs: report.sentAt.map((sentAt, index) => {
      const auction = report.auctions[index] ?? 0
      const seq = report.seqs[index] ?? 0
      const arrivedAt = arrivals.map(({ auctions }) => {
        const stream = auctions[auction]
        return stream?.lastAt[seq - stream.firstSeq] ?? 0
      })
      return Math.max(...arrivedAt) - sentAt
    }),
    serverMsPerBid: (used.server * 1_000) / report.accepted,
    serverCpu: used.server / seconds,
    clientCpu: used.client / seconds,
  }
}
