/**
 * Chooses the form of an MCP response by the `Accept` header. The protocol requires clients to
 * accept JSON and event streams, but many send only one of them, or what their HTTP library sends.
 */

/** The forms of a response: one JSON document, or an event stream with notifications. */
export type McpForm = "json" | "stream";

const JSON_TYPE = "application/json";
const STREAM_TYPE = "text/event-stream";
/** What the protocol requires clients to send. */
export const BOTH_TYPES = `${JSON_TYPE}, ${STREAM_TYPE}`;

/**
 * Returns the form for an `Accept` header, or null if neither is acceptable. A stream is sent if it
 * is named, because only a stream has notifications; otherwise JSON.
 */
export function mcpForm(accept: string | undefined): McpForm | null {
  const ranges = rangesOf(accept ?? "");
  const stream = matchOf(ranges, STREAM_TYPE);
  const json = matchOf(ranges, JSON_TYPE);
  if (stream.accepted && stream.range !== "*/*") {
    return "stream";
  }
  if (json.accepted) {
    return "json";
  }
  return stream.accepted ? "stream" : null;
}

/** Returns the media ranges of a header in lower case, and whether their weight is above zero. */
function rangesOf(accept: string): ReadonlyMap<string, boolean> {
  const ranges = new Map<string, boolean>();
  for (const part of accept.toLowerCase().split(",")) {
    const [range = "", ...parameters] = part.split(";").map((text) => text.trim());
    if (range !== "") {
      ranges.set(range, !parameters.some((text) => /^q\s*=\s*0(\.0*)?$/.test(text)));
    }
  }
  return ranges.size === 0 ? new Map([["*/*", true]]) : ranges;
}

/** Returns the most specific range for a media type, and whether it accepts the type. */
function matchOf(ranges: ReadonlyMap<string, boolean>, type: string) {
  const candidates = [type, `${type.split("/", 1)[0]}/*`, "*/*"];
  const range = candidates.find((one) => ranges.has(one)) ?? "";
  return { range, accepted: ranges.get(range) ?? false };
}

/**
 * Converts an event stream of the transport to JSON: the response, or a list of them if the body
 * was a list. Notifications are dropped. Comments become spaces, so that the connection is not idle
 * and a disconnected client is noticed.
 */
export function asJson(response: Response, batch: boolean): Response {
  const isStream = response.headers.get("Content-Type")?.startsWith(STREAM_TYPE) === true;
  if (response.body === null || !isStream) {
    return response;
  }
  const headers = new Headers(response.headers);
  headers.set("Content-Type", JSON_TYPE);
  const { status } = response;
  return new Response(response.body.pipeThrough(responsesOnly(batch)), { status, headers });
}

function responsesOnly(batch: boolean): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const responses: string[] = [];
  let rest = "";
  return new TransformStream({
    transform(bytes, controller) {
      const blocks = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data === undefined) {
          controller.enqueue(encoder.encode(" "));
        } else if (isResponse(JSON.parse(data))) {
          responses.push(data);
        }
      }
    },
    flush(controller) {
      const text = batch ? `[${responses.join(",")}]` : (responses[0] ?? "");
      controller.enqueue(encoder.encode(text));
    },
  });
}

function isResponse(message: unknown): boolean {
  return (
    typeof message === "object" && message !== null && ("result" in message || "error" in message)
  );
}
