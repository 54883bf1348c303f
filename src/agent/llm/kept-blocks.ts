/**
 * A reply as its provider sent it, put together again from two parts: the blocks that were kept of it
 * (signatures, thinking, the provider's own), and the text and the calls that the turn holds. A kept
 * block stands for the next piece of text, for the next call, or for itself.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../../run/value/json.ts";
import type { Turn } from "../../run/value/message.ts";

/** A reply among the turns of a conversation. */
export type AssistantTurn = Extract<Turn, { role: "assistant" }>;

/** What one kept block stands for, and the blocks to send for it. */
type KeptBlock<B> =
  | { readonly kind: "text"; readonly length: number; readonly blocks: (text: string) => B[] }
  | { readonly kind: "call"; readonly block: (call: AssistantTurn["tool_calls"][number]) => B }
  | { readonly kind: "own"; readonly block: B };

/**
 * Returns what an adapter kept of a turn's reply; null where it kept nothing, or another provider or
 * model wrote the reply: its signatures mean nothing to this one.
 * @param keeper the provider, as the adapter wrote it into `opaque`
 */
export function keptData(turn: AssistantTurn, model: string, keeper: string): JsonObject | null {
  const data = turn.opaque?.provider === keeper ? turn.opaque.data : null;
  return isJsonObject(data) && data["model"] === model ? data : null;
}

/**
 * Returns the blocks of a reply in their order. Null where the turn is not that reply any more: its
 * calls are others, or a block cannot be read.
 * @param read what a kept block stands for; null for one that cannot be read
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
