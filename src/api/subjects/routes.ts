/** `/api/v1/subjects`: everything that is stored about whom or what tasks are about. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { ApiHandler, AppEnv } from "../context.ts";
import { checkScope, requireScope } from "../http/auth.ts";
import { Problem } from "../http/problem.ts";
import { refusals, SECURED } from "../openapi/routes.ts";
import { exportSubject, type SubjectRecord } from "./export.ts";
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

/** Adds the routes of subjects to an app. */
export function subjectRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(exportRoute, exportAll);
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
