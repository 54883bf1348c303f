/** The outcome of a tool call as text, for providers that take nothing else. */
import type { ToolResult } from "../../run/value/message.ts";

/** The text that the model receives. */
export function toolText({ output, error }: ToolResult): string {
  if (error !== undefined) {
    return `Error (${error.code}): ${error.message}`;
  }
  return typeof output === "string" ? output : JSON.stringify(output ?? null);
}

/** The arguments of a call as the model wrote them, or as they were understood. */
export function argumentsText(call: {
  readonly arguments?: unknown;
  readonly arguments_text?: string;
}): string {
  return call.arguments_text ?? JSON.stringify(call.arguments ?? {});
}
