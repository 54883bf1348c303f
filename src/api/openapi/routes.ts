/** What the descriptions of all routes share: problem responses, security, common headers. */
import { z } from "@hono/zod-openapi";
import { PROBLEM_TYPE, PROBLEMS, type ProblemCode } from "../http/problem.ts";
import { headersOf, type HeaderName } from "./response-headers.ts";
import { problem } from "../schemas.ts";

/** Refusals that any route may give. */
const ALWAYS: readonly ProblemCode[] = [
  "method_not_allowed",
  "rate_limited",
  "payload_too_large",
  "internal_error",
  "misconfigured",
  "unavailable",
];

/** Refusals that any route may give that needs a key. */
const KEYED: readonly ProblemCode[] = ["invalid_header", "unauthorized", "forbidden"];

/** Refusals of a request that has a body. */
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

/** The documented refusals of a route that needs a key, by status, each naming its codes. */
export function refusals(...codes: readonly ProblemCode[]): Record<number, DocumentedResponse> {
  return openRefusals(...codes, ...KEYED);
}

/** The same of a route that is open to everyone. */
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

/** What a code means, as descriptions of refusals say it. */
export function describeCode(code: ProblemCode): string {
  return `\`${code}\`: ${PROBLEMS[code][1]}.`;
}

/** An answer of each code; the document holds them once. */
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

/** What the document says of `Idempotency-Key`. */
export const IDEMPOTENCY_KEY =
  "For 24 hours, requests with the same key and body run once and get the same response.";

/** `Idempotency-Key` on what creates a task. */
export const keyHeader = z.object({
  "idempotency-key": z.string().optional().openapi({
    description: IDEMPOTENCY_KEY,
  }),
});

/** `If-None-Match` on what has an entity tag. */
export const ifNoneMatch = z.object({
  "if-none-match": z.string().optional().openapi({
    description: "An `ETag`. The response is 304 while the task is unchanged.",
  }),
});

/** A response of JSON. @param headers those that it may carry, besides those of every answer */
export function json<T>(description: string, schema: T, ...headers: readonly HeaderName[]) {
  return {
    description,
    ...(headers.length === 0 ? {} : { headers: headersOf(headers) }),
    content: { "application/json": { schema } },
  };
}
