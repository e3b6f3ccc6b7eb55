/** The text of a `Workerd.Config` for one Worker with its Durable Objects on local disk. */

export interface ServedWorker {
  /** The bundle's only module. */
  module: string
  compatibilityDate: string
  compatibilityFlags: readonly string[]
  durableObjects: readonly { binding: string; className: string }[]
  variables: Readonly<Record<string, string>>
  storageDir: string
  port: number
}

export function describeWorkerd(worker: ServedWorker): string {
  const objects = worker.durableObjects.map(
    ({ className }) =>
      `(className = ${quote(className)}, uniqueKey = ${quote(`bench-${className}`)}, enableSql = true)`,
  )
  const bindings = [
    ...worker.durableObjects.map(
      ({ binding, className }) => `(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`,
    ),
    ...Object.entries(worker.variables).map(
      ([name, text]) => `(name = ${quote(name)}, text = ${quote(text)})`,
    ),
  ]
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "disk", disk = (path = ${quote(worker.storageDir)}, writable = true)),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${worker.port}", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed ${quote(worker.module)})],
  compatibilityDate = ${quote(worker.compatibilityDate)},
  compatibilityFlags = ${list(worker.compatibilityFlags.map(quote))},
  durableObjectNamespaces = ${list(objects)},
  durableObjectStorage = (localDisk = "disk"),
  bindings = ${list(bindings)},
);
`
}

/** Cap'n Proto reads C's escapes, of which JSON's are a part. */
const quote = (text: string): string => JSON.stringify(text)
const list = (items: readonly string[]): string => `[\n    ${items.join(',\n    ')}\n  ]`
