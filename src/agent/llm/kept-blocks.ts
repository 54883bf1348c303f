/**
 * Rebuilds a reply in its provider's format from two parts: the stored blocks (signatures,
 * thinking, provider-specific blocks), and the text and tool calls of the turn. A stored block
 * represents the next piece of text, the next call, or itself.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../../run/value/json.ts";
import type { Turn } from "../../run/value/message.ts";

/** A turn that is a reply of the model. */
export type AssistantTurn = Extract<Turn, { role: "assistant" }>;

/** The meaning of a stored block, and the blocks to send for it. */
type KeptBlock<B> =
  | { readonly kind: "text"; readonly length: number; readonly blocks: (text: string) => B[] }
  | { readonly kind: "call"; readonly block: (call: AssistantTurn["tool_calls"][number]) => B }
  | { readonly kind: "own"; readonly block: B };

/**
 * Returns the data that an adapter stored with a turn's reply. Null if there is none, or if another
 * provider or model wrote the reply: its signatures are invalid here.
 * @param keeper the provider, as the adapter wrote it into `opaque`
 */
export function keptData(turn: AssistantTurn, model: string, keeper: string): JsonObject | null {
  const data = turn.opaque?.provider === keeper ? turn.opaque.data : null;
  return isJsonObject(data) && data["model"] === model ? data : null;
}

/**
 * Returns the blocks of a reply in order. Null if the turn no longer matches the stored blocks: its
 * calls differ, or a block cannot be read.
 * @param read returns what a stored block represents; null if it cannot be read
 */
export function refilled<B>(
  kept: JsonValue | undefined,
  turn: AssistantTurn,
  read: (block: JsonValue) => KeptBlock<B> | null,
): B[] | null {
  if (!Array.isArray(kept)) {
    return null;
  }
  const calls = turn.tool_calls.values();
  let { text } = turn;
  const blocks: B[] = [];
  for (const one of kept as readonly JsonValue[]) {
    const meant = read(one);
    if (meant?.kind === "text") {
      blocks.push(...meant.blocks(text.slice(0, meant.length)));
      text = text.slice(meant.length);
    } else if (meant?.kind === "own") {
      blocks.push(meant.block);
    } else {
      const call = calls.next();
      if (meant === null || call.done === true) {
        return null;
      }
      blocks.push(meant.block(call.value));
    }
  }
  return calls.next().done === true ? blocks : null;
}
