/** The text of a `Workerd.Config` for one Worker with its Durable Objects on local disk. */

export interface ServedWorker {
  /** The bundle's only module. */
  module: string
  compatibilityDate: string
  compatibilityFlags: readonly string[]
  durableObjects: readonly { binding: string; className: string }[]
  /** A directory whose files the Worker reads through a binding. */
  assets: { binding: string; directory: string } | null
  variables: Readonly<Record<string, string>>
  storageDir: string
  port: number
  /** Where a request calls the Worker's scheduled handler; null: nowhere. */
  cronPort: number | null
}

/** Of the directory that holds the files of a class's objects, `<id>.sqlite`. */
export const uniqueKeyOf = (className: string): string => `local-${className}`

/** Calling another Worker's scheduled handler is experimental in workerd; miniflare does the same. */
const CRON_DOOR = `export default {
  async fetch(_request, env) {
    const { outcome } = await env.MAIN.scheduled({ scheduledTime: new Date(), cron: '* * * * *' })
    return new Response(outcome, { status: outcome === 'ok' ? 200 : 500 })
  },
}`

export function describeWorkerd(worker: ServedWorker): string {
  const objects = worker.durableObjects.map(
    ({ className }) =>
      `(className = ${quote(className)}, uniqueKey = ${quote(uniqueKeyOf(className))}, enableSql = true)`,
  )
  const bindings = [
    ...worker.durableObjects.map(
      ({ binding, className }) => `(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`,
    ),
    ...Object.entries(worker.variables).map(
      ([name, text]) => `(name = ${quote(name)}, text = ${quote(text)})`,
    ),
    ...(worker.assets ? [`(name = ${quote(worker.assets.binding)}, service = "assets")`] : []),
  ]
  const services = [
    '(name = "main", worker = .worker)',
    `(name = "disk", disk = (path = ${quote(worker.storageDir)}, writable = true))`,
    '(name = "internet", network = (allow = ["private"]))',
    ...(worker.assets ? [`(name = "assets", disk = (path = ${quote(worker.assets.directory)}))`] : []),
  ]
  const sockets = [socket('http', worker.port, 'main')]
  if (worker.cronPort !== null) {
    services.push('(name = "cron", worker = .cronDoor)')
    sockets.push(socket('cron', worker.cronPort, 'cron'))
  }
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = ${list(services)},
  sockets = ${list(sockets)},
);

const worker :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed ${quote(worker.module)})],
  compatibilityDate = ${quote(worker.compatibilityDate)},
  compatibilityFlags = ${list(worker.compatibilityFlags.map(quote))},
  durableObjectNamespaces = ${list(objects)},
  durableObjectStorage = (localDisk = "disk"),
  bindings = ${list(bindings)},
);

const cronDoor :Workerd.Worker = (
  modules = [(name = "cron-door.js", esModule = ${quote(CRON_DOOR)})],
  compatibilityDate = ${quote(worker.compatibilityDate)},
  compatibilityFlags = ["service_binding_extra_handlers"],
  bindings = [(name = "MAIN", service = "main")],
);
`
}

const socket = (name: string, port: number, service: string): string =>
  `(name = ${quote(name)}, address = "127.0.0.1:${port}", http = (), service = ${quote(service)})`

/** Cap'n Proto reads C's escapes, of which JSON's are a part. */
const quote = (text: string): string => JSON.stringify(text)
const list = (items: readonly string[]): string => `[\n    ${items.join(',\n    ')}\n  ]`
