/** What the global setup hands to the tests that run in workerd. */
export interface Control {
  url: string
  /** Sent as Bearer with every call; the server refuses all others. */
  secret: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The Worker's variables but those that each test file has for itself. */
    bindings: Record<string, string>
    control: Control
    clerkPrivateKey: string
    clerkWebhookSecret: string
    paymentWebhookSecret: string
  }
}
