/** Shared parts of route descriptions: problem responses, security, common headers. */
import { z } from "@hono/zod-openapi";
import { PROBLEM_TYPE, PROBLEMS, type ProblemCode } from "../http/problem.ts";
import { headersOf, type HeaderName } from "./response-headers.ts";
import { problem } from "../schemas.ts";

/** Problems of any route. */
const ALWAYS: readonly ProblemCode[] = [
  "method_not_allowed",
  "rate_limited",
  "payload_too_large",
  "internal_error",
  "misconfigured",
  "unavailable",
];

/** Problems of any route that needs a key. */
const KEYED: readonly ProblemCode[] = ["invalid_header", "unauthorized", "forbidden"];

/** Problems of a request with a body. */
export const BODY_PROBLEMS: readonly ProblemCode[] = [
  "malformed_json",
  "payload_too_large",
  "unsupported_media_type",
  "validation_failed",
];

interface DocumentedResponse {
  description: string;
  content: {
    [PROBLEM_TYPE]: {
      schema: typeof problem;
      examples: Record<string, { $ref: string }>;
    };
  };
}

/** Returns the problem responses of a route that needs a key, by status, with their codes. */
export function refusals(...codes: readonly ProblemCode[]): Record<number, DocumentedResponse> {
  return openRefusals(...codes, ...KEYED);
}

/** Returns the problem responses of a route without authentication. */
export function openRefusals(...codes: readonly ProblemCode[]): Record<number, DocumentedResponse> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...codes, ...ALWAYS])) {
    const [status] = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, listed]) => [
      status,
      {
        description: listed.map(describeCode).join(" "),
        content: { [PROBLEM_TYPE]: { schema: problem, examples: examplesOf(listed) } },
      },
    ]),
  );
}

/** Returns a code with its title, for descriptions of problem responses. */
export function describeCode(code: ProblemCode): string {
  return `\`${code}\`: ${PROBLEMS[code][1]}.`;
}

/** Returns references to the examples of codes, which the document contains once. */
export function examplesOf(codes: readonly ProblemCode[]): Record<string, { $ref: string }> {
  return Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
}

export const SECURED = [{ bearer: [] }];

/** `Prefer: wait=n` on submit and get. */
export const preferHeader = z.object({
  prefer: z.string().optional().openapi({
    description: "`wait=30` waits up to 30 seconds (at most 60) until the task finishes or pauses.",
    example: "wait=30",
  }),
});

/** Description of `Idempotency-Key` in the document. */
export const IDEMPOTENCY_KEY =
  "For 24 hours, requests with the same key and body run once and get the same response.";

/** `Idempotency-Key` on routes that create a task. */
export const keyHeader = z.object({
  "idempotency-key": z.string().optional().openapi({
    description: IDEMPOTENCY_KEY,
  }),
});

/** The trace context of W3C on routes that submit tasks. */
export const traceHeaders = z.object({
  traceparent: z.string().optional().openapi({
    description:
      "The caller's place in a trace (W3C Trace Context): the trace of the task continues it. Ignored if it is malformed.",
    example: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  }),
  tracestate: z.string().optional().openapi({
    description: "Passed on with `traceparent`, up to 512 characters.",
    example: "vendor=1",
  }),
});

/** `If-None-Match` on routes with an entity tag. */
export const ifNoneMatch = z.object({
  "if-none-match": z.string().optional().openapi({
    description: "An `ETag`. The response is 304 while the resource is unchanged.",
  }),
});

/** `If-Match` on changes of a resource with an entity tag. */
export const ifMatch = z.object({
  "if-match": z.string().max(1024).optional().openapi({
    description: "The `ETag` that the resource must still have.",
  }),
});

/** Describes a JSON response. @param headers headers in addition to those of every response */
export function json<T>(description: string, schema: T, ...headers: readonly HeaderName[]) {
  return {
    description,
    ...(headers.length === 0 ? {} : { headers: headersOf(headers) }),
    content: { "application/json": { schema } },
  };
}
