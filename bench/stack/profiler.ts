import { z } from 'zod'

const SAMPLING_US = 200
const ANSWER_TIMEOUT_MS = 30_000

const targetsSchema = z.array(z.object({ webSocketDebuggerUrl: z.string() })).min(1)
const answerSchema = z.object({ id: z.number().optional(), result: z.unknown().optional() })
const profileSchema = z.looseObject({
  nodes: z.array(
    z.looseObject({
      id: z.number(),
      callFrame: z.looseObject({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})
export type Profile = z.output<typeof profileSchema>

/** Samples what an isolate of a workerd executes, over its inspector. */
export class Profiler {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (result: unknown) => void>()
  #lastId = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = answerSchema.parse(JSON.parse(String(data)))
      if (id !== undefined) this.#waiting.get(id)?.(result)
    })
  }

  static async connect(inspectorPort: number): Promise<Profiler> {
    const response = await fetch(`http://127.0.0.1:${inspectorPort}/json`)
    const [target] = targetsSchema.parse(await response.json())
    if (target === undefined) throw new Error('The inspector shows nothing')
    const socket = new WebSocket(target.webSocketDebuggerUrl)
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error('The inspector cannot be reached')))
    })
    return new Profiler(socket)
  }

  async start(): Promise<void> {
    await this.#call('Profiler.enable')
    await this.#call('Profiler.setSamplingInterval', { interval: SAMPLING_US })
    await this.#call('Profiler.start')
  }

  async stop(): Promise<Profile> {
    const { profile } = z.object({ profile: profileSchema }).parse(await this.#call('Profiler.stop'))
    this.#socket.close()
    return profile
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#lastId
    this.#socket.send(JSON.stringify({ id, method, params }))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method} was not answered`)), ANSWER_TIMEOUT_MS)
      this.#waiting.set(id, (result) => {
        clearTimeout(timer)
        this.#waiting.delete(id)
        resolve(result)
      })
    })
  }
}

export interface FunctionCost {
  name: string
  line: number
  selfMs: number
  /** With everything that it calls; a function that calls itself counts once. */
  totalMs: number
}

/** Time by function, the costliest first. */
export function costsOf({ nodes, samples, timeDeltas }: Profile): FunctionCost[] {
  const parents = new Map<number, number>()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id)
  const costs = new Map<string, FunctionCost>()
  const costAt = (id: number): FunctionCost => {
    const frame = byId.get(id)?.callFrame
    const name = frame?.functionName || '(anonymous)'
    const line = (frame?.lineNumber ?? -1) + 1
    const key = `${name}:${line}`
    const cost = costs.get(key) ?? { name, line, selfMs: 0, totalMs: 0 }
    costs.set(key, cost)
    return cost
  }
  for (const [index, sample] of samples.entries()) {
    const ms = (timeDeltas[index] ?? 0) / 1_000
    costAt(sample).selfMs += ms
    const counted = new Set<FunctionCost>()
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) counted.add(costAt(id))
    for (const cost of counted) cost.totalMs += ms
  }
  return [...costs.values()].sort((a, b) => b.selfMs - a.selfMs)
}
