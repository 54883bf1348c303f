/**
 * HTTP requests to public servers as a tool. The response is data, and an error status is not a
 * failure.
 */
import { z } from "zod";
import { ToolStop } from "../../../run/value/failure.ts";
import type { JsonValue } from "../../../run/value/json.ts";
import type { Effect } from "../../../run/value/effect.ts";
import { decodeText, readBody } from "../../fetch/body.ts";
import { isJsonType, isTextType } from "../../fetch/content-type.ts";
import { defineTool } from "../tool.ts";
import { withTextDigits } from "../../../run/value/whole-numbers.ts";

/** Maximum size of a body in bytes. A longer body is marked as truncated. */
const MAX_BODY_BYTES = 6_000_000;
const TIMEOUT_MS = 60_000;

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Effects by the semantics of HTTP (RFC 9110, 9.2): which requests may be repeated. */
const EFFECTS: Readonly<Record<(typeof METHODS)[number], Effect>> = {
  GET: "pure",
  HEAD: "pure",
  PUT: "idempotent",
  DELETE: "idempotent",
  POST: "once",
  PATCH: "once",
};

/** Makes one request and returns status, headers and body of the response. */
export const httpRequest = defineTool({
  name: "http_request",
  description:
    "Makes an HTTP request to a public server. Gives `status` and `headers` of the answer, and its body as `json` where it is JSON, as `text` where it is other text. A status of 400 and above is an answer like any other. Private and local addresses are refused. To read a web page, use read_page.",
  input: z.strictObject({
    url: z.string().min(1).max(8192).describe("An absolute http or https address."),
    method: z.enum(METHODS).optional().describe("GET by default."),
    headers: z.record(z.string().max(256), z.string().max(8192)).optional(),
    body: z
      .json()
      .optional()
      .describe("A text is sent as it is; anything else as JSON. Not with GET and HEAD."),
  }),
  output: z.looseObject({
    status: z.number(),
    headers: z.record(z.string(), z.string()),
    json: z.unknown().optional(),
    text: z.string().optional(),
    /** The body was longer than the maximum. */
    truncated: z.boolean().optional(),
    /** The body is not text and was not read. */
    binary: z.boolean().optional(),
  }),
  effect: "once",
  effectOf: ({ method = "GET" }) => EFFECTS[method],
  untrusted: "web",
  timeoutMs: TIMEOUT_MS,
  async run({ url, method = "GET", headers = {}, body }, { fetch, signal, idempotencyKey }) {
    if (body !== undefined && (method === "GET" || method === "HEAD")) {
      throw new ToolStop("invalid_arguments", `A ${method} request has no body.`);
    }
    const response = await fetch(url, {
      method,
      headers: headersOf(headers, body, EFFECTS[method] === "pure" ? null : idempotencyKey),
      signal,
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const about = { status: response.status, headers: Object.fromEntries(response.headers) };
    const type = response.headers.get("content-type") ?? "text/plain";
    if (!isTextType(type)) {
      void response.body?.cancel().catch(() => {});
      return { ...about, ...(response.body !== null && { binary: true }) };
    }
    const { bytes, truncated } = await readBody(response, MAX_BODY_BYTES, signal);
    const text = decodeText(bytes, type);
    const parsed = isJsonType(type) && !truncated ? parse(text) : undefined;
    return {
      ...about,
      ...(parsed === undefined ? (text === "" ? {} : { text }) : { json: parsed }),
      ...(truncated ? { truncated } : {}),
    };
  },
});

function headersOf(
  given: Readonly<Record<string, string>>,
  body: JsonValue | undefined,
  idempotencyKey: string | null,
): Headers {
  let headers: Headers;
  try {
    headers = new Headers(given);
  } catch {
    throw new ToolStop("invalid_arguments", "A header has a name or a value that HTTP forbids.");
  }
  if (body !== undefined && !headers.has("content-type")) {
    headers.set("content-type", typeof body === "string" ? "text/plain" : "application/json");
  }
  if (idempotencyKey !== null && !headers.has("idempotency-key")) {
    headers.set("idempotency-key", idempotencyKey);
  }
  return headers;
}

/**
 * Parses JSON. Returns undefined if the text is not JSON despite its type; it is then shown as
 * text.
 */
function parse(text: string): unknown {
  try {
    return JSON.parse(withTextDigits(text));
  } catch {
    return undefined;
  }
}
