import type { Bindings } from '../src/deps.ts'

declare global {
  namespace Cloudflare {
    interface Env extends Bindings {}
  }
}
