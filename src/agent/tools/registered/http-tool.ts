/**
 * Tools that a tenant registers as requests to its own server. The arguments are sent as a JSON
 * body, or as the query for methods without a body. A JSON or text response is the output. Any
 * other response is a failure with a code.
 */
import { ToolStop } from "../../../run/value/failure.ts";
import { SECRET_REFERENCE } from "../../../run/spec/header-defect.ts";
import { isJsonObject, type JsonValue } from "../../../run/value/json.ts";
import type { HttpDefinition } from "../../../run/spec/tool-definition.ts";
import { decodeText, readBody } from "../../fetch/body.ts";
import { isHtmlType, isJsonType, isTextType } from "../../fetch/content-type.ts";
import { jsonSchemaCheck } from "../schema/json-schema.ts";
import { filledHeaders, fillerOf } from "./secrets.ts";
import type { RunTool, ToolContext } from "../tool.ts";
import { withTextDigits } from "../../../run/value/whole-numbers.ts";

/** Maximum size of a response in bytes. */
const MAX_ANSWER_BYTES = 7_000_000;
/** Maximum bytes of an error response that the model sees. */
const MAX_ERROR_BYTES = 4_000;

/** Creates a tool from a registered definition. */
export function httpTool(definition: HttpDefinition): RunTool {
  const { name, description, input_schema, output_schema, effect, approval, timeout_ms } =
    definition;
  return {
    kind: "run",
    name,
    description,
    inputSchema: input_schema,
    outputSchema: output_schema,
    effect,
    approval,
    untrusted: "web",
    timeoutMs: timeout_ms,
    checkInput: jsonSchemaCheck(input_schema),
    checkOutput: jsonSchemaCheck(output_schema ?? {}),
    run: (input, context) => call(definition, input, context),
  };
}

async function call(
  { http }: HttpDefinition,
  input: JsonValue,
  { fetch, secret, signal, taskId, idempotencyKey, trace }: ToolContext,
): Promise<JsonValue> {
  const url = new URL(http.url);
  const filler = await fillerOf(Object.values(http.headers), SECRET_REFERENCE, (name) =>
    secret(name, url.host),
  );
  const { hide } = filler;
  const headers = filledHeaders(http.headers, filler);
  headers.set("idempotency-key", idempotencyKey);
  headers.set("x-opspawn-task-id", taskId);
  if (!headers.has("traceparent")) {
    headers.set("traceparent", trace.traceparent);
    if (trace.tracestate !== undefined) {
      headers.set("tracestate", trace.tracestate);
    }
  }
  if (!headers.has("accept")) {
    headers.set("accept", "application/json, text/*;q=0.9");
  }
  const inQuery = http.method === "GET" || http.method === "DELETE";
  if (inQuery) {
    addQuery(url, input);
  } else {
    headers.set("content-type", "application/json");
  }
  const body = inQuery ? null : JSON.stringify(input);
  const response = await fetch(url, { method: http.method, headers, body, signal });
  return answerOf(response, hide, signal);
}

/**
 * Adds the arguments to the query: strings as text, other values as JSON. A list repeats its name.
 */
function addQuery(url: URL, input: JsonValue): void {
  for (const [name, value] of isJsonObject(input) ? Object.entries(input) : []) {
    for (const item of Array.isArray(value) ? (value as readonly JsonValue[]) : [value]) {
      url.searchParams.append(name, typeof item === "string" ? item : JSON.stringify(item));
    }
  }
}

async function answerOf(
  response: Response,
  hide: (text: string) => string,
  signal: AbortSignal,
): Promise<JsonValue> {
  const { status } = response;
  const type = response.headers.get("content-type") ?? "";
  if (status >= 400) {
    const { bytes } = await readBody(response, MAX_ERROR_BYTES, signal);
    const said = isTextType(type) || type === "" ? hide(decodeText(bytes, type)).trim() : "";
    throw new ToolStop("http_error", `The server answered with status ${status}. ${said}`.trim());
  }
  if (status >= 300) {
    throw new ToolStop("http_error", `The server answered with status ${status}.`);
  }
  if (status === 204 || status === 205) {
    return null;
  }
  if (type !== "" && (isHtmlType(type) || !isTextType(type))) {
    void response.body?.cancel().catch(() => {});
    const what = `The server sent ${type.slice(0, 100)}, neither JSON nor plain text.`;
    throw new ToolStop("unexpected_content", what);
  }
  const { bytes, truncated } = await readBody(response, MAX_ANSWER_BYTES, signal);
  if (truncated) {
    const limit = `The server's answer has more than ${MAX_ANSWER_BYTES} bytes.`;
    throw new ToolStop("response_too_large", limit);
  }
  const text = hide(decodeText(bytes, type));
  if (text.trim() === "") {
    throw new ToolStop("unexpected_content", "The server's answer is empty.");
  }
  return isJsonType(type) || type === "" ? json(text, type) : { text };
}

function json(text: string, type: string): JsonValue {
  try {
    return JSON.parse(withTextDigits(text)) as JsonValue;
  } catch {
    if (type === "") {
      return { text };
    }
    throw new ToolStop("unexpected_content", "The server's answer says it is JSON and is not.");
  }
}
