/** Inserts tasks into D1, with their idempotency keys and their places in conversations. */
import { currentMark } from "../agents.ts";
import { filesText, hasFiles, useStatements } from "../attachments.ts";
import { IDEMPOTENCY_TTL_MS } from "../answers.ts";
import { isoTime } from "../../run/value/time.ts";
import { WEBHOOK_TYPES, type WebhookType } from "../../run/value/webhook-type.ts";
import type { NewTask, StoredTask, WholeRow } from "./rows.ts";
import {
  earlierTurn,
  hasPlace,
  placeStatements,
  QUEUED_CHECK_MS,
  turnNumber,
  type TurnPlace,
} from "./turn-place.ts";

/** The task that was created with an idempotency key. */
export interface EarlierTask {
  readonly taskId: string;
  readonly fingerprint: string;
}

/** The outcome of an insertion. */
export type Inserted =
  | { readonly stored: StoredTask; readonly earlier?: never; readonly outdated?: never }
  | { readonly earlier: EarlierTask; readonly stored?: never; readonly outdated?: never }
  | { readonly outdated: true; readonly stored?: never; readonly earlier?: never };

/** An idempotency key and the request that it belongs to. */
export interface IdempotencyClaim {
  readonly route: string;
  readonly key: string;
  /** Hash of the request. The same key with another hash is an error of the client. */
  readonly fingerprint: string;
}

/** A task to insert. */
interface Insertion {
  readonly task: NewTask;
  readonly claim: IdempotencyClaim | null;
  /** Inserts nothing unless the task's agent and its tenant's tools still have this mark. */
  readonly mark: string | null;
  /**
   * Moves the head of a conversation to the task in the same batch. Inserts nothing if the head is
   * not the one that the task was made for.
   */
  readonly place: TurnPlace | null;
}

/**
 * Inserts a task, and its idempotency claim in the same batch. The INSERT also stores the event
 * types to deliver (those of the tenant's enabled webhooks; all with a `callback_url`), and sets
 * `slotted` if the tenant has a concurrency cap.
 * @returns the stored task, the earlier task if the key was used before, or that the mark or the
 * place is outdated, or a file is not stored
 */
export async function insertTask(
  db: D1Database,
  get: (tenantId: string, taskId: string) => Promise<StoredTask | null>,
  { task, claim, mark, place }: Insertion,
): Promise<Inserted> {
  const checkAfterMs = task.waiting_for === "turn" ? QUEUED_CHECK_MS : 0;
  const insert = db
    .prepare(
      `INSERT INTO task (tenant_id, task_id, task_type, name, status, input_data, agent,
         agent_version, config, limits, metadata, priority, attempt, retry_of, scheduled_at,
         tools, mcp_servers, callback_url, webhooks, slotted, last_seq, created_at, updated_at,
         dispatched_at, check_at, dispatches, claim, overrides, schedule_id, subject,
         parent_task_id, root_task_id, depth, lineage, agents, conversation_id, turn,
         continues_task_id, history, waiting_for, trace, group_id)
       SELECT ?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?13, ?14, ?15,
         ?16, ?17, ?18, CASE WHEN ?18 IS NOT NULL THEN ?19 ELSE (
           SELECT NULLIF(json_group_array(DISTINCT type.value), '[]')
           FROM webhook, json_each(webhook.types) AS type
           WHERE webhook.tenant_id = ?1 AND webhook.enabled = 1
             AND instr(?19, '"' || type.value || '"') > 0
             AND (?25 IS NULL OR type.value = 'approval.requested')) END,
         (SELECT 1 FROM concurrency_cap WHERE tenant_id = ?1 LIMIT 1),
         0, ?12, ?12, ?12, ?37, 1, ?20, ?21, ?23, ?24, ?25, ?26, ?27, ?28, ?29,
         ?30, ${turnNumber("?1", "?30", "?31")}, ${earlierTurn("?1", "?30", "?32")}, ?33, ?34, ?38, ?39
       WHERE (?22 IS NULL OR ?22 = ${currentMark("?1", "?6")})
         AND ${hasPlace("?1", "?30", "?35", "?36")} AND ${hasFiles("?1", "?40")}
       RETURNING webhooks, slotted, turn, continues_task_id`,
    )
    .bind(
      task.tenant_id,
      task.task_id,
      task.task_type,
      task.name,
      JSON.stringify(task.input_data),
      task.agent,
      task.agent_version,
      JSON.stringify(task.config),
      JSON.stringify(task.limits),
      JSON.stringify(task.metadata),
      task.priority,
      task.created_at,
      task.attempt,
      task.retry_of,
      task.scheduled_at,
      task.tools.length === 0 ? null : JSON.stringify(task.tools),
      task.mcp_servers.length === 0 ? null : JSON.stringify(task.mcp_servers),
      task.callback_url,
      JSON.stringify(WEBHOOK_TYPES),
      claim === null ? null : JSON.stringify([claim.route, claim.key]),
      task.overrides === null ? null : JSON.stringify(task.overrides),
      mark,
      task.schedule_id,
      task.subject,
      task.parent_task_id,
      task.root_task_id,
      task.depth,
      task.lineage === null ? null : JSON.stringify(task.lineage),
      task.agents.length === 0 ? null : JSON.stringify(task.agents),
      task.conversation_id,
      place === null || place.first === null ? 0 : 1,
      task.continues_task_id,
      task.history === null ? null : JSON.stringify(task.history),
      task.waiting_for,
      place === null ? null : place.queued && place.head !== null ? 1 : 0,
      place?.head ?? null,
      isoTime(Date.parse(task.created_at) + checkAfterMs),
      task.trace === null ? null : JSON.stringify(task.trace),
      task.group_id,
      filesText(task),
    );
  const after = [
    ...(place === null ? [] : placeStatements(db, task, place)),
    ...useStatements(db, task),
  ];
  if (claim === null) {
    const [found] =
      after.length === 0
        ? [await insert.first<FoundRow>()]
        : (await db.batch<FoundRow>([insert, ...after])).map(firstOf);
    return inserted(task, found ?? null);
  }
  const scope = [task.tenant_id, claim.route, claim.key];
  const expired = isoTime(Date.parse(task.created_at) - IDEMPOTENCY_TTL_MS);
  try {
    const answers = await db.batch<FoundRow>([
      db
        .prepare(
          "DELETE FROM idempotency WHERE tenant_id = ? AND route = ? AND key = ? AND created_at < ?",
        )
        .bind(...scope, expired),
      insert,
      // Nothing without the task, and nothing of it if the key is used.
      db
        .prepare(
          `INSERT INTO idempotency SELECT ?1, ?2, ?3, ?4, ?5, ?6
           WHERE EXISTS (SELECT 1 FROM task WHERE tenant_id = ?1 AND task_id = ?5)`,
        )
        .bind(...scope, claim.fingerprint, task.task_id, task.created_at),
      ...after,
    ]);
    return inserted(task, answers[1]?.results[0] ?? null);
  } catch (error) {
    const earlier = await claimedTask(db, task.tenant_id, claim);
    if (earlier === null) {
      throw error;
    }
    // The batch may have been committed even if its response was lost.
    const stored = earlier.taskId === task.task_id ? await get(task.tenant_id, task.task_id) : null;
    return stored === null ? { earlier } : { stored };
  }
}

/** Returns the task that was created with an idempotency key, or null. */
export async function claimedTask(
  db: D1Database,
  tenantId: string,
  { route, key }: Pick<IdempotencyClaim, "route" | "key">,
): Promise<EarlierTask | null> {
  const row = await db
    .prepare(
      "SELECT task_id, fingerprint FROM idempotency WHERE tenant_id = ? AND route = ? AND key = ?",
    )
    .bind(tenantId, route, key)
    .first<{ task_id: string; fingerprint: string }>();
  return row === null ? null : { taskId: row.task_id, fingerprint: row.fingerprint };
}

type FoundRow = Pick<WholeRow, "webhooks" | "slotted" | "turn" | "continues_task_id">;

function firstOf({ results }: D1Result<FoundRow>): FoundRow | undefined {
  return results[0];
}

function inserted(task: NewTask, row: FoundRow | null): Inserted {
  if (row === null) {
    return { outdated: true };
  }
  const webhooks = JSON.parse(row.webhooks ?? "[]") as WebhookType[];
  const { turn, continues_task_id } = row;
  return { stored: { ...task, turn, continues_task_id, webhooks, slotted: row.slotted === 1 } };
}
