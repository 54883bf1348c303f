/** `/api/v1/tasks/{id}/trace`: the run as a trace of OpenTelemetry, derived from its log. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { sha256Hex } from "../../crypto/sha256.ts";
import { TRACE_CONTENTS } from "../../run/trace/content.ts";
import { envelopeOf, spanJson } from "../../run/trace/otlp-json.ts";
import { readSpans, type SpanPage } from "../../run/trace/read-spans.ts";
import { SCOPE } from "../../run/trace/span.ts";
import type { AppEnv } from "../context.ts";
import { requireScope } from "../http/auth.ts";
import type { Examples } from "../openapi/examples.ts";
import { conditionalStream } from "../http/conditional.ts";
import { headersOf } from "../openapi/response-headers.ts";
import { ifNoneMatch, json, refusals, SECURED } from "../openapi/routes.ts";
import { freeObject } from "../schemas.ts";
import { taskPath } from "./schemas.ts";
import { taskOf } from "./view.ts";

const traceQuery = z.strictObject({
  content: z
    .enum(TRACE_CONTENTS)
    .optional()
    .openapi({
      param: { name: "content", in: "query" },
      description:
        "How much content the spans have: `none` (the default), `messages` (those of model calls), or `all` (also instructions, and arguments and results of tools).",
    }),
});

const trace = z
  .object({
    resourceSpans: z
      .array(
        z.object({
          resource: freeObject.describe("What produced the spans."),
          scopeSpans: z
            .array(
              z.object({
                scope: freeObject.describe("The instrumentation scope, `opspawn`."),
                spans: z.array(freeObject).describe("The spans, in the order in which they ended."),
              }),
            )
            .describe("The spans of each scope; there is one."),
        }),
      )
      .describe("The spans of each resource; there is one."),
  })
  .openapi("Trace", {
    description: "An `ExportTraceServiceRequest` of OTLP 1.9, as JSON: any OTLP receiver takes it.",
  });

/** Examples by schema name. */
export const traceExamples: Examples = {
  Trace: {
    resourceSpans: [
      {
        resource: {
          attributes: [{ key: "service.name", value: { stringValue: "opspawn" } }],
          droppedAttributesCount: 0,
        },
        scopeSpans: [
          {
            scope: { ...SCOPE },
            spans: [
              {
                traceId: "0af7651916cd43dd8448eb211c80319c",
                spanId: "b7ad6b7169203331",
                name: "chat gpt-5-mini",
                kind: 3,
                startTimeUnixNano: "1795996800000000000",
                endTimeUnixNano: "1795996801000000000",
                attributes: [{ key: "gen_ai.usage.input_tokens", value: { intValue: "412" } }],
                status: { code: 1 },
              },
            ],
          },
        ],
      },
    ],
  },
};

const traceRoute = createRoute({
  method: "get",
  path: "/api/v1/tasks/{id}/trace",
  operationId: "getTrace",
  summary: "Get the trace of a task",
  description:
    "Derives the spans from the log: the run, each attempt of a model call and a tool call, and each wait, once it has ended. The same log has the same ids. Streamed: a long log is never held in memory.",
  tags: ["Events"],
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { params: taskPath, query: traceQuery, headers: ifNoneMatch },
  responses: {
    200: json("The spans that have ended.", trace, "ETag"),
    304: {
      description: "Unchanged since the version in `If-None-Match`.",
      headers: headersOf(["ETag"]),
    },
    ...refusals("not_found", "validation_failed"),
  },
});

/** Adds the trace to an app. */
export function traceRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(traceRoute, async (c) => {
    const { deps, caller } = c.var;
    const { content = "none" } = c.req.valid("query");
    const row = await taskOf(deps, caller, c.req.valid("param").id);
    const run = deps.run(row.tenant_id, row.task_id);
    const pages = readSpans(run, { digest: sha256Hex, content });
    // The first page is read before the answer begins, so that a failure can still be one.
    const first = await pages.next();
    const version = `${SCOPE.version}-${content}-${first.done === true ? 0 : first.value.lastSeq}`;
    return conditionalStream(c, version, () => streamed(first, pages));
  });
}

/** Returns the JSON of a trace, one page of the log at a time, as fast as it is read. */
function streamed(
  first: IteratorResult<SpanPage>,
  pages: AsyncGenerator<SpanPage>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let page: IteratorResult<SpanPage> | null = first;
  let written = 0;
  let after = "";
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = page ?? (await pages.next());
      page = null;
      if (done === true) {
        controller.enqueue(encoder.encode(after));
        controller.close();
        return;
      }
      const { spans, fold } = value;
      let text = "";
      if (after === "") {
        const envelope = envelopeOf({ resource: fold.resource, scope: SCOPE });
        text = envelope.before;
        ({ after } = envelope);
      }
      for (const span of spans) {
        text += (written === 0 ? "" : ",") + spanJson(span);
        written += 1;
      }
      controller.enqueue(encoder.encode(text));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
}
