/**
 * Lets people know at once that there is something new for them to read; called after the transaction that stored it
 * has committed. Nothing is lost where it fails: the list has it (M14).
 */
export type Announce = (userIds: Iterable<number>) => void
