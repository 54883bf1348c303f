/** Posts spans and metrics to an OTLP receiver, and reads what it says to them. */
import type { ExportTarget } from "../../run/trace/export-message.ts";
import type { Metrics } from "../../run/trace/metrics.ts";
import { metricsJson, metricsProtobuf } from "../../run/trace/otlp-metrics.ts";
import { requestJson } from "../../run/trace/otlp-json.ts";
import { rejectedInProtobuf, requestProtobuf } from "../../run/trace/otlp-protobuf.ts";
import type { Span, SpanSource } from "../../run/trace/span.ts";
import { parseRetryAfter } from "../../run/value/backoff.ts";
import { ToolStop } from "../../run/value/failure.ts";
import { isJsonObject } from "../../run/value/json.ts";

/** Maximum bytes of an answer that are read. */
const MAX_ANSWER_BYTES = 65_536;

/** What a request to a receiver needs. */
export interface PostDeps {
  /** Guarded `fetch`: rejects private addresses. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Timeout of a request, milliseconds. */
  readonly timeoutMs: number;
  now(): number;
}

/** The outcome of a request. */
export type Posted =
  | { readonly kind: "sent"; readonly rejected: number }
  | { readonly kind: "too_large" }
  /** Sending it again may succeed. */
  | { readonly kind: "again"; readonly error: string; readonly retryAfterMs: number | null }
  | { readonly kind: "refused"; readonly error: string };

/** Posts spans once. Does not throw for what a receiver or the network does. */
export function post(
  target: ExportTarget,
  source: SpanSource,
  spans: readonly Span[],
  deps: PostDeps,
): Promise<Posted> {
  const isJson = target.format === "json";
  const body = isJson ? requestJson(source, spans) : requestProtobuf(source, spans);
  return postBody(target.url, target, body, deps);
}

/** Posts metrics once, as `post` does spans. @param url the address of `v1/metrics` */
export function postMetrics(
  url: string,
  target: ExportTarget,
  source: SpanSource,
  metrics: Metrics,
  deps: PostDeps,
): Promise<Posted> {
  const isJson = target.format === "json";
  const body = isJson ? metricsJson(source, metrics) : metricsProtobuf(source, metrics);
  return postBody(url, target, body, deps);
}

async function postBody(
  url: string,
  { headers, format }: Pick<ExportTarget, "headers" | "format">,
  body: string | Uint8Array<ArrayBuffer>,
  deps: PostDeps,
): Promise<Posted> {
  const isJson = format === "json";
  const all = new Headers(headers);
  all.set("Content-Type", isJson ? "application/json" : "application/x-protobuf");
  all.set("User-Agent", "opspawn");
  try {
    const response = await deps.fetch(url, {
      method: "POST",
      // A redirect is not followed: headers with keys go only to the configured URL.
      redirect: "manual",
      headers: all,
      body,
      signal: AbortSignal.timeout(deps.timeoutMs),
    });
    return await outcomeOf(response, deps.now());
  } catch (error) {
    return { kind: "again", error: classOf(error), retryAfterMs: null };
  }
}

async function outcomeOf(response: Response, now: number): Promise<Posted> {
  const { status, headers } = response;
  if (status >= 200 && status < 300) {
    return { kind: "sent", rejected: await rejectedIn(response) };
  }
  void response.body?.cancel().catch(() => {});
  const error = `http_${status}`;
  if (status === 413) {
    return { kind: "too_large" };
  }
  if (status === 408 || status === 429 || status >= 500) {
    const retryAfterMs = parseRetryAfter(headers.get("retry-after"), now);
    return { kind: "again", error, retryAfterMs };
  }
  return { kind: "refused", error };
}

/**
 * Returns how many spans or points the receiver rejected. An answer that is none of OTLP says nothing: some
 * receivers answer a success with HTML, or with another encoding than that of the request.
 */
async function rejectedIn(response: Response): Promise<number> {
  const type = response.headers.get("content-type") ?? "";
  const bytes = await firstBytes(response);
  if (!type.includes("json")) {
    return type.includes("protobuf") ? rejectedInProtobuf(bytes) : 0;
  }
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const partial = isJsonObject(answer) ? answer["partialSuccess"] : undefined;
    const { rejectedSpans, rejectedDataPoints } = isJsonObject(partial) ? partial : {};
    const rejected = Number(rejectedSpans ?? rejectedDataPoints ?? 0);
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0;
  } catch {
    return 0;
  }
}

async function firstBytes({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (body !== null) {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length >= MAX_ANSWER_BYTES) {
        break;
      }
    }
  }
  return new Uint8Array(Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES));
}

function classOf(error: unknown): string {
  if (error instanceof ToolStop) {
    return error.code === "tool_timeout" ? "timeout" : error.code;
  }
  return error instanceof DOMException && error.name === "TimeoutError"
    ? "timeout"
    : "server_unreachable";
}
