/**
 * Everything that is stored about a subject, as records. Reads page by page, so that a large export
 * needs no more memory than a small one.
 */
import type { ExportRecord } from "../../durable/memory/rpc.ts";
import type { ScheduleState } from "../../durable/timetable/rpc.ts";
import { readDefinition } from "../../run/schedule/definition.ts";
import type { MemoryStoreRow } from "../../store/memory-stores.ts";
import type { ApiDeps } from "../context.ts";
import { blockJson, itemJson, storeJson } from "../memory/use-cases.ts";

/** A record of an export. `kind` says what it is. */
export type SubjectRecord = Readonly<Record<string, unknown>> & { readonly kind: string };

/** What an export reads from. */
export type ExportDeps = Pick<
  ApiDeps,
  "conversations" | "memory" | "memoryStores" | "tasks" | "timetable"
>;

/** Rows and records per page. */
const PAGE = 50;

/** Yields the memory stores of a subject with their content, its tasks, conversations and schedules. */
export async function* exportSubject(
  deps: ExportDeps,
  tenantId: string,
  subject: string,
): AsyncGenerator<SubjectRecord, void, undefined> {
  for await (const row of storesAbout(deps, tenantId, subject)) {
    yield { kind: "store", ...storeJson(row) };
    yield* storeRecords(deps, tenantId, row.store);
  }
  yield* taskRecords(deps, tenantId, subject);
  yield* conversationRecords(deps, tenantId, subject);
  for await (const { schedule_id, name, state, created_at } of schedulesAbout(
    deps,
    tenantId,
    subject,
  )) {
    yield { kind: "schedule", id: schedule_id, name, state, created_at };
  }
}

/** Yields the rows of a subject's memory stores. */
export async function* storesAbout(
  { memoryStores }: Pick<ExportDeps, "memoryStores">,
  tenantId: string,
  subject: string,
): AsyncGenerator<MemoryStoreRow, void, undefined> {
  let after: string | null = null;
  do {
    const selection = { agent: null, subject, name: null, after, limit: PAGE };
    const page: MemoryStoreRow[] = await memoryStores.list(tenantId, selection);
    yield* page;
    after = page.length < PAGE ? null : (page.at(-1)?.store ?? null);
  } while (after !== null);
}

/** Yields a tenant's schedules whose tasks are about a subject, newest first. */
export async function* schedulesAbout(
  { timetable }: Pick<ExportDeps, "timetable">,
  tenantId: string,
  subject: string,
): AsyncGenerator<ScheduleState, void, undefined> {
  let before: string | null = null;
  do {
    const page: ScheduleState[] = await timetable(tenantId).list(before, PAGE);
    yield* page.filter((schedule) => isAbout(schedule, subject));
    before = page.length < PAGE ? null : (page.at(-1)?.schedule_id ?? null);
  } while (before !== null);
}

function isAbout({ definition }: ScheduleState, subject: string): boolean {
  const { action, origin } = readDefinition(definition);
  return action.task["subject"] === subject || origin?.subject === subject;
}

async function* storeRecords(
  { memory }: Pick<ExportDeps, "memory">,
  tenantId: string,
  store: string,
): AsyncGenerator<SubjectRecord, void, undefined> {
  let after: string | null = null;
  do {
    const { records, next } = await memory(tenantId, store).exportPage(after, PAGE);
    yield* records.map((record) => storeRecord(store, record));
    after = next;
  } while (after !== null);
}

function storeRecord(store: string, record: ExportRecord): SubjectRecord {
  switch (record.kind) {
    case "block":
      return { kind: "block", store, ...blockJson(record) };
    case "item": {
      const { score: _score, ...item } = itemJson(record);
      return { kind: "item", store, ...item };
    }
    case "version": {
      const { kind, ref, version, op, content, trust, by, task_id, call_id, at } = record;
      return { kind, store, ref, version, op, content, trust, by, task_id, call_id, at };
    }
    default:
      return record satisfies never;
  }
}

async function* taskRecords(
  { tasks }: Pick<ExportDeps, "tasks">,
  tenantId: string,
  subject: string,
): AsyncGenerator<SubjectRecord, void, undefined> {
  let after: string | null = null;
  do {
    const filter = { subject, metadata: [] };
    const page = await tasks.list(tenantId, filter, PAGE, after, "oldest");
    for (const task of page.tasks) {
      const { task_id: id, status, agent, parent_task_id, conversation_id } = task;
      const { created_at, completed_at } = task;
      yield {
        kind: "task",
        id,
        status,
        agent,
        parent_task_id,
        conversation_id,
        created_at,
        completed_at,
      };
    }
    after = page.next;
  } while (after !== null);
}

async function* conversationRecords(
  { conversations }: Pick<ExportDeps, "conversations">,
  tenantId: string,
  subject: string,
): AsyncGenerator<SubjectRecord, void, undefined> {
  let after: string | null = "";
  do {
    const page = await conversations.about(tenantId, subject, after, PAGE);
    for (const { conversation_id: id, turns, head_task_id, created_at, updated_at } of page) {
      yield { kind: "conversation", id, turns, head_task_id, created_at, updated_at };
    }
    after = page.length < PAGE ? null : (page.at(-1)?.conversation_id ?? null);
  } while (after !== null);
}
