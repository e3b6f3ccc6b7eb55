import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { audit_log } from '../db/schema/audit-log.ts'
import type { AdminContext } from './admin.ts'
import type { AuditListQuery, AuditPage } from './admin-schemas.ts'
import { AUDIT_SUBJECT } from './audit-subjects.ts'

export const AUDIT_LISTS = 'audit_log'
const SORT = 'newest'

/** The audit log, the newest entry first (M17). @throws PageRefused */
export async function listAudit(ctx: AdminContext, query: AuditListQuery): Promise<AuditPage> {
  const { subject, subject_id, actor_id, action } = query
  const { ids, ...page } = await readPage(
    ctx,
    auditList(ctx.db, { subject, subject_id, actor_id, action }),
    query,
  )
  const rows =
    ids.length === 0
      ? []
      : await ctx.db.select().from(audit_log).where(inArray(audit_log.id, ids)).orderBy(desc(audit_log.id))
  return { audit_log: rows.map(({ cause_key: _, ...entry }) => entry), ...page }
}

const specificationSchema = z.object({
  subject: z.enum(AUDIT_SUBJECT).optional(),
  subject_id: z.int().optional(),
  actor_id: z.int().optional(),
  action: z.string().optional(),
})

/** Makes a list again for the sweeper. */
export const auditListOf = restoreBy(specificationSchema, auditList)

function auditList(db: Database, wanted: z.infer<typeof specificationSchema>): PagedList {
  const { subject, subject_id, actor_id, action } = wanted
  return {
    subject: AUDIT_LISTS,
    specification: wanted,
    sort: SORT,
    read: (after, limit) =>
      db
        .select({ key: audit_log.id, id: audit_log.id })
        .from(audit_log)
        .where(
          and(
            subject === undefined ? undefined : eq(audit_log.subject, subject),
            subject_id === undefined ? undefined : eq(audit_log.subject_id, subject_id),
            actor_id === undefined ? undefined : eq(audit_log.actor_id, actor_id),
            action === undefined ? undefined : eq(audit_log.action, action),
            after === null ? undefined : lt(audit_log.id, after.id),
          ),
        )
        .orderBy(desc(audit_log.id))
        .limit(limit),
  }
}
