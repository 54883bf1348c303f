/** Formats tool results as text, for providers that accept only text. */
import type { ToolResult } from "../../run/value/message.ts";

/** Returns the text that is sent to the model. */
export function toolText({ output, error }: ToolResult): string {
  if (error !== undefined) {
    return `Error (${error.code}): ${error.message}`;
  }
  return typeof output === "string" ? output : JSON.stringify(output ?? null);
}

/**
 * Returns the arguments of a call as the model wrote them, or else the parsed arguments as JSON.
 */
export function argumentsText(call: {
  readonly arguments?: unknown;
  readonly arguments_text?: string;
}): string {
  return call.arguments_text ?? JSON.stringify(call.arguments ?? {});
}
