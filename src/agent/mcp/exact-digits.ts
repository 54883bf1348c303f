/**
 * Preserves whole numbers beyond 2^53 in responses of MCP servers. The SDK parses responses itself
 * and would round them.
 */
import { withTextDigits } from "../../run/value/whole-numbers.ts";

/** Requests whose results go to the model. The results of others have schemas, which need numbers. */
const METHODS: ReadonlySet<unknown> = new Set(["tools/call", "resources/read", "prompts/get"]);

/** Returns whether the result of a request goes to the model. @param body created by the SDK */
export function goesToModel(body: RequestInit["body"]): boolean {
  const message: unknown = typeof body === "string" ? JSON.parse(body) : null;
  return (
    typeof message === "object" &&
    message !== null &&
    "method" in message &&
    METHODS.has(message.method)
  );
}

/**
 * Returns a stream in which each whole number that would be rounded is a text of its digits. Complete lines are passed on at
 * once: no token of JSON spans lines.
 */
export function withExactDigits(
  body: ReadableStream<Uint8Array>,
  contentType: string,
): ReadableStream<Uint8Array> {
  const isStream = contentType.startsWith("text/event-stream");
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest: string[] = [];
  const exact = (text: string): Uint8Array =>
    encoder.encode(
      isStream
        ? text.replaceAll(/^data.*$/gm, (line) => withTextDigits(line))
        : withTextDigits(text),
    );
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        const text = decoder.decode(bytes, { stream: true });
        const lines = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1;
        if (lines > 0) {
          controller.enqueue(exact(rest.join("") + text.slice(0, lines)));
          rest = [];
        }
        rest.push(text.slice(lines));
      },
      flush(controller) {
        rest.push(decoder.decode());
        controller.enqueue(exact(rest.join("")));
      },
    }),
  );
}
