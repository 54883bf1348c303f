/**
 * Use case: changes many tasks in two steps. A dry run counts the tasks of a filter and signs what
 * was shown. The change needs this text, applies to tasks that existed then, and works on a bounded
 * number of them; each has its own outcome. Every request can be repeated.
 */
import { sha256Hex } from "../../crypto/sha256.ts";
import { isoTime } from "../../run/value/time.ts";
import type { Caller } from "../../store/keys.ts";
import type { TaskFilter } from "../../store/tasks/list-query.ts";
import type { ApiDeps, RequestContext } from "../context.ts";
import { cursorAt, cursorOf } from "../http/cursor.ts";
import {
  fieldProblem,
  foreseen,
  Problem,
  problemDocument,
  type Occasion,
} from "../http/problem.ts";
import { makeCursor, readCursor } from "../http/signing.ts";
import type { BulkResult } from "./bulk-schemas.ts";
import { filterOf, type TaskQuery } from "./list.ts";

/** How long a dry run confirms a change, milliseconds. */
const CONFIRMED_MS = 3_600_000;
/** Ids that a dry run returns, and matches that it counts. */
const SHOWN = 20;
const COUNTED = 1000;
/** Pages that a dry run reads for its count. Each examines a bounded number of tasks. */
const COUNTED_PAGES = 5;
/** Tasks at a time. A Worker has six connections. */
const WIDTH = 5;

/** A request to change many tasks. */
export interface BulkRequest {
  readonly operation: "cancel" | "retry";
  readonly filter: Omit<TaskQuery, "metadata" | "status" | "limit" | "cursor" | "order"> & {
    readonly status: NonNullable<TaskQuery["status"]>;
    readonly metadata?: Readonly<Record<string, string>> | undefined;
  };
  /** What is done with each task, in addition to the operation. */
  readonly detail: string;
  readonly dry_run: boolean;
  readonly confirm?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The outcome of one task. */
export type BulkOutcome = BulkResult["data"][number];

/**
 * Makes the change of one task.
 * @param key identifies this change of this task in all repetitions of the request
 * @throws Problem
 */
export type BulkChange = (id: string, key: string) => Promise<Omit<BulkOutcome, "id" | "error">>;

/** Counts the tasks of a request, or changes some of them. @throws Problem */
export async function changeTasks(
  context: RequestContext,
  occasion: Occasion,
  request: BulkRequest,
  change: BulkChange,
): Promise<BulkResult> {
  const { deps, caller } = context;
  const metadata = Object.entries(request.filter.metadata ?? {});
  if (metadata.length > 10) {
    throw fieldProblem("validation_failed", "/filter/metadata", "has more than 10 values");
  }
  const filter = filterOf({
    ...request.filter,
    metadata: metadata.map(([key, value]) => ({ key, value })),
  });
  return request.dry_run
    ? dryRun(deps, caller, request, filter)
    : changed(context, occasion, request, filter, change);
}

async function dryRun(
  deps: ApiDeps,
  caller: Caller,
  request: BulkRequest,
  filter: TaskFilter,
): Promise<BulkResult> {
  const now = deps.now();
  const ids: string[] = [];
  let next: string | null = null;
  for (let page = 1; page <= COUNTED_PAGES; page += 1) {
    const room = COUNTED - ids.length;
    const found = await deps.tasks.ids(caller.tenantId, until(filter, now), room, next);
    ids.push(...found.ids);
    ({ next } = found);
    if (next === null || ids.length >= COUNTED) {
      break;
    }
  }
  const text = JSON.stringify([PURPOSE, fingerprintOf(request), now]);
  return {
    dry_run: true,
    count: ids.length,
    has_more: next !== null,
    confirm: await makeCursor(await deps.keys.signingKey(), caller.tenantId, text),
    expires_at: isoTime(now + CONFIRMED_MS),
    data: ids.slice(0, SHOWN).map((id) => ({ id })),
    next_cursor: null,
  };
}

async function changed(
  { deps, caller }: RequestContext,
  occasion: Occasion,
  request: BulkRequest,
  filter: TaskFilter,
  change: BulkChange,
): Promise<BulkResult> {
  const { confirm = "", cursor, limit } = request;
  const at = await confirmedAt(deps, caller, request);
  const form = /^task_/;
  const after = cursor === undefined ? null : await cursorOf(deps, caller, cursor, { form });
  const { ids, next } = await deps.tasks.ids(caller.tenantId, until(filter, at), limit, after);
  const key = sha256Hex(confirm).slice(0, 32);
  const data: BulkOutcome[] = [];
  const entries = ids.entries();
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (const [index, id] of entries) {
        try {
          // The request itself was counted when its key was checked.
          if (index > 0 && !(await deps.mayAsk(caller.tenantId))) {
            throw new Problem("rate_limited", "The tenant's rate limit is reached.");
          }
          data[index] = { id, ...(await change(id, `${key}/${id}`)) };
        } catch (error) {
          const problem = foreseen(deps, "tasks.bulk", error, { request_id: occasion.requestId });
          data[index] = { id, error: problemDocument(problem, occasion) };
        }
      }
    }),
  );
  return {
    dry_run: false,
    count: null,
    has_more: false,
    confirm: null,
    expires_at: null,
    data,
    next_cursor: await cursorAt(deps, caller, next),
  };
}

/** Distinguishes confirmations from cursors, which are signed alike. */
const PURPOSE = "confirm";

/** Returns when the dry run of a request was made. @throws Problem `validation_failed` */
async function confirmedAt(
  deps: ApiDeps,
  { tenantId }: Caller,
  request: BulkRequest,
): Promise<number> {
  const { confirm } = request;
  if (confirm === undefined) {
    throw notConfirmed("is required, unless dry_run is true");
  }
  const text = await readCursor(await deps.keys.signingKey(), tenantId, confirm);
  const [purpose, fingerprint, at] = listIn(text);
  if (purpose !== PURPOSE || typeof at !== "number") {
    throw notConfirmed("is not the text of a dry run");
  }
  if (fingerprint !== fingerprintOf(request)) {
    throw notConfirmed("is the text of a dry run with another body");
  }
  if (deps.now() - at >= CONFIRMED_MS) {
    throw notConfirmed("has expired; make another dry run");
  }
  return at;
}

function listIn(text: string | null): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function notConfirmed(detail: string): Problem {
  return fieldProblem("validation_failed", "/confirm", detail);
}

/** Identifies what a request does, and to which tasks. */
function fingerprintOf({ operation, filter, detail }: BulkRequest): string {
  const { metadata = {}, ...rest } = filter;
  return sha256Hex(JSON.stringify([operation, detail, sorted(rest), sorted(metadata)]));
}

/** Returns the members of an object in one order. */
function sorted(object: object): readonly (readonly [string, unknown])[] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Returns a filter for the tasks that existed at a time, milliseconds since the epoch. */
function until(filter: TaskFilter, at: number): TaskFilter {
  const { createdBefore } = filter;
  // Up to the end of the millisecond: ids begin with their time.
  const end = isoTime(at + 1);
  return {
    ...filter,
    createdBefore: createdBefore !== undefined && createdBefore < end ? createdBefore : end,
  };
}
