/** Documented response headers, as components of the OpenAPI document. */

const text = (description: string, example: string, required = false) => ({
  description,
  ...(required ? { required } : {}),
  schema: { type: "string" as const },
  example,
});

/** Every response header that is specific to this API. */
export const RESPONSE_HEADERS = {
  "X-Request-Id": text(
    "Identifies this request: the client's `X-Request-Id` if it is valid, otherwise a new id.",
    "req_0f8fad5b-d9cb-469f-a165-70867728950e",
    true,
  ),
  Location: text(
    "The path of the created resource.",
    "/api/v1/tasks/task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11",
    true,
  ),
  ETag: text("The version of the resource, for `If-None-Match` and `If-Match`.", '"3-m3x1k2a8"'),
  "Idempotent-Replayed": text("`true`: the response of an earlier request with this key.", "true"),
  "Preference-Applied": text("The preference that was applied.", "wait=30"),
  "Retry-After": text("Seconds to wait before retrying.", "1"),
  Allow: text("The methods allowed for this path.", "GET, HEAD, OPTIONS, POST", true),
  "WWW-Authenticate": text("The authentication scheme.", 'Bearer realm="opspawn"', true),
  "Mcp-Session-Id": text(
    "Distinguishes clients that share a key.",
    "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
  ),
} as const;

export type HeaderName = keyof typeof RESPONSE_HEADERS;

/** Returns headers of a response as references to the document's components. */
export function headersOf(names: readonly HeaderName[]): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
