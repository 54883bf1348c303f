/** `/api/v1/subjects`: everything that is stored about whom or what tasks are about, and its deletion. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { isoTime } from "../../run/value/time.ts";
import { newActor } from "../../store/audit.ts";
import type { SubjectDeletion } from "../../store/subject-deletions.ts";
import type { ApiDeps, ApiHandler, AppEnv } from "../context.ts";
import { checkScope, requireScope } from "../http/auth.ts";
import { Problem } from "../http/problem.ts";
import { json, refusals, SECURED } from "../openapi/routes.ts";
import { exportSubject, type SubjectRecord } from "./export.ts";
import { forgetSubject, RESUMED_AFTER_MS } from "./forget.ts";
import * as schemas from "./schemas.ts";

const SUBJECT = "/api/v1/subjects/{subject}";
/** JSON on each line. Typed as a string: the router takes a type that ends in json for JSON. */
const NDJSON: string = "application/x-ndjson";
const shared = { tags: ["Subjects"], security: SECURED };

const exportRoute = createRoute({
  ...shared,
  middleware: [requireScope("memory:read")] as const,
  method: "get",
  path: `${SUBJECT}/export`,
  operationId: "exportSubject",
  summary: "Export what is stored about a subject",
  description:
    "Newline-delimited JSON: a record on each line, whose `kind` says what it is. `store`, `block`, `item` and `version`: the memory stores about the subject with all that they contain. `task`, `conversation` and `schedule`: ids and states; the logs of tasks are read from their own addresses. The last record is `end` with the number of records before it; an export without it is incomplete. Needs the scope `tasks:read` too.",
  request: { params: schemas.subjectPath },
  responses: {
    200: {
      description: "The records.",
      content: { [NDJSON]: { schema: schemas.exportText } },
    },
    ...refusals("not_found", "validation_failed"),
  },
});

const deleteRoute = createRoute({
  ...shared,
  middleware: [requireScope("memory:write")] as const,
  method: "delete",
  path: SUBJECT,
  operationId: "deleteSubject",
  summary: "Delete what is stored about a subject",
  description:
    "Starts a job that deletes what the export lists: schedules, memory stores, and the tasks with their logs, outputs, conversations, deliveries and stored responses. Tasks that have not ended are cancelled first. The job survives crashes; a repeated request returns it. What is stored about the subject while it runs is deleted too. Memory stores of the tenant and of agents stay. Needs the scopes `tasks:write` and `schedules:write` too.",
  request: { params: schemas.subjectPath, query: schemas.deletionQuery },
  responses: {
    202: json("The job.", schemas.subjectDeletion, "Location"),
    ...refusals("not_found", "validation_failed"),
  },
});

const deletionRoute = createRoute({
  ...shared,
  middleware: [requireScope("memory:read")] as const,
  method: "get",
  path: `${SUBJECT}/deletion`,
  operationId: "getSubjectDeletion",
  summary: "Get the deletion of a subject",
  description:
    "The last one, and what it has deleted. It is kept as long as the audit log keeps its entries.",
  request: { params: schemas.subjectPath },
  responses: {
    200: json("The job.", schemas.subjectDeletion),
    ...refusals("not_found", "validation_failed"),
  },
});

/** Adds the routes of subjects to an app. */
export function subjectRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(exportRoute, exportAll);
  app.openapi(deleteRoute, remove);
  app.openapi(deletionRoute, getDeletion);
}

const remove: ApiHandler<typeof deleteRoute> = async (c) => {
  const { deps, caller } = c.var;
  checkScope(caller, "tasks:write");
  checkScope(caller, "schedules:write");
  const { subject } = c.req.valid("param");
  const { tasks = "delete" } = c.req.valid("query");
  const name = { tenant_id: caller.tenantId, subject };
  const known = await deps.subjectDeletions.get(name);
  const isRunning = known !== null && known.completed_at === null;
  if (!isRunning && !(await isStored(deps, caller.tenantId, subject))) {
    if (known === null) {
      throw new Problem("not_found", "Nothing is stored about this subject.");
    }
    c.header("Location", addressOf(subject));
    return c.json(deletionJson(known), 202);
  }
  const now = deps.now();
  const deletion = await deps.subjectDeletions.start(
    name,
    tasks === "keep",
    newActor(now, caller.keyId),
    isoTime(now + RESUMED_AFTER_MS),
  );
  if (deletion === null) {
    throw new Problem("unavailable", "The deletion has just ended; repeat the request.", {
      headers: { "Retry-After": "1" },
    });
  }
  deps.background(
    forgetSubject(deps, name).catch((error: unknown) => deps.observer.fault("forget", error)),
  );
  c.header("Location", addressOf(subject));
  return c.json(deletionJson(deletion), 202);
};

const getDeletion: ApiHandler<typeof deletionRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { subject } = c.req.valid("param");
  const found = await deps.subjectDeletions.get({ tenant_id: caller.tenantId, subject });
  if (found === null) {
    throw new Problem("not_found", "The subject has not been deleted, or its report has expired.");
  }
  return c.json(deletionJson(found), 200);
};

/** Whether an export of the subject would have a record. */
async function isStored(deps: ApiDeps, tenantId: string, subject: string): Promise<boolean> {
  const records = exportSubject(deps, tenantId, subject);
  const { done } = await records.next();
  await records.return();
  return done !== true;
}

function addressOf(subject: string): string {
  return `/api/v1/subjects/${encodeURIComponent(subject)}/deletion`;
}

function deletionJson(deletion: SubjectDeletion): schemas.SubjectDeletionJson {
  const { subject, report, created_at, updated_at, completed_at } = deletion;
  return {
    subject,
    status: completed_at === null ? "running" : "completed",
    tasks: deletion.keeps_tasks ? "keep" : "delete",
    report,
    created_at,
    updated_at,
    completed_at,
  };
}

const exportAll: ApiHandler<typeof exportRoute> = async (c) => {
  const { deps, caller } = c.var;
  checkScope(caller, "tasks:read");
  const { subject } = c.req.valid("param");
  const records = exportSubject(deps, caller.tenantId, subject);
  const first = await records.next();
  if (first.done === true) {
    throw new Problem("not_found", "Nothing is stored about this subject.");
  }
  const body = linesOf(first.value, records, (error) => deps.observer.fault("export", error));
  return c.body(body, 200, { "Content-Type": NDJSON });
};

/**
 * Returns the lines of an export. Reads on only when the client does. A failure breaks the response
 * off: its status has been sent.
 */
function linesOf(
  first: SubjectRecord,
  records: AsyncGenerator<SubjectRecord, void, undefined>,
  failed: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const line = (record: SubjectRecord) => encoder.encode(`${JSON.stringify(record)}\n`);
  let count = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = count === 0 ? { done: false, value: first } : await records.next();
        if (next.value === undefined) {
          controller.enqueue(line({ kind: "end", records: count }));
          controller.close();
          return;
        }
        count += 1;
        controller.enqueue(line(next.value));
      } catch (error) {
        failed(error);
        controller.error(error);
      }
    },
    async cancel() {
      await records.return();
    },
  });
}
