/** Formats tool results as text, for providers that accept only text. */
import { isJsonObject, type JsonObject, type JsonValue } from "../../run/value/json.ts";
import type { ToolResult } from "../../run/value/message.ts";

/** Returns the text that is sent to the model. */
export function toolText({ output, error }: ToolResult): string {
  if (error !== undefined) {
    return `Error (${error.code}): ${error.message}`;
  }
  return typeof output === "string" ? output : JSON.stringify(output ?? null);
}

/** The text of a user turn that a provider requires where the conversation has none. */
export const GO_ON = "Go on.";

/** The arguments of a call as the model wrote them. */
interface Written {
  readonly arguments?: JsonValue;
  readonly arguments_text?: string;
}

/**
 * Returns the arguments of a call as an object, since servers reject any other JSON. Other
 * arguments become the member `arguments` of the object, as the model wrote them.
 */
export function argumentsObject({ arguments: parsed, arguments_text }: Written): JsonObject {
  return isJsonObject(parsed) ? parsed : { arguments: arguments_text ?? parsed ?? null };
}

/** Returns `argumentsObject` as JSON. A call without arguments has the text `{}`. */
export function argumentsText(call: Written): string {
  const isNone = call.arguments_text === undefined && (call.arguments ?? null) === null;
  return JSON.stringify(isNone ? {} : argumentsObject(call));
}
