/**
 * Chooses the ids of tool calls in a request. A model gets its own ids back. Ids of another model
 * can have a form or a length that this model's provider rejects, and some servers repeat an id:
 * such ids are replaced. A replacement depends only on the call, so the conversation that a
 * provider caches does not change.
 */
import type { ToolCall, ToolResult, Turn } from "../../run/value/message.ts";
import type { ModelRequest } from "./client.ts";
import { PerTurn } from "./per-turn.ts";

/** Number of digits, in base 36, of a replacement: `call` and these are nine characters. */
const DIGITS = 5;
const RANGE = 36 ** DIGITS;

/**
 * Returns the turns of a request with distinct ids that the provider accepts. A result has the id
 * of its call.
 */
export function withWireIds({ turns, own_calls_from = 0 }: ModelRequest): readonly Turn[] {
  if (areFit(turns, own_calls_from)) {
    return turns;
  }
  const calls = turns.flatMap(callsIn);
  const given = new Set(calls.map(idOf));
  const used = new Set<string>();
  const replaced = new Map<string, string>();
  for (const call of calls) {
    const isOwn = numberOf(call) >= own_calls_from;
    const id = idOf(call);
    if (isOwn && id !== "" && !used.has(id)) {
      used.add(id);
    } else {
      const free = replacement(numberOf(call), (one) => given.has(one) || used.has(one));
      used.add(free);
      replaced.set(call.call_id, free);
    }
  }
  return turns.map((turn) => changed(turn, replaced));
}

/** Returns whether all ids are the model's own and distinct, which is usual. */
function areFit(turns: readonly Turn[], ownCallsFrom: number): boolean {
  const used = new Set<string>();
  for (const turn of turns) {
    for (const call of callsIn(turn)) {
      const id = idOf(call);
      if (id === "" || used.has(id) || (ownCallsFrom > 0 && numberOf(call) < ownCallsFrom)) {
        return false;
      }
      used.add(id);
    }
  }
  return true;
}

function callsIn(turn: Turn): readonly ToolCall[] {
  return turn.role === "assistant" ? turn.tool_calls : [];
}

const remembered = new PerTurn<Turn>();

function changed(turn: Turn, replaced: ReadonlyMap<string, string>): Turn {
  const ones = turn.role === "tool" ? turn.results : callsIn(turn);
  const ids = ones.map(({ call_id }) => replaced.get(call_id) ?? "");
  if (ids.every((id) => id === "")) {
    return turn;
  }
  const change = <One extends ToolCall | ToolResult>(one: One): One => {
    const provider_id = replaced.get(one.call_id);
    return provider_id === undefined ? one : { ...one, provider_id };
  };
  return remembered.of(turn, ids.join(" "), () => {
    switch (turn.role) {
      case "assistant":
        return { ...turn, tool_calls: turn.tool_calls.map((call) => change(call)) };
      case "tool":
        return { ...turn, results: turn.results.map((result) => change(result)) };
      case "user":
      case "notice":
        return turn;
      default:
        return turn satisfies never;
    }
  });
}

function idOf({ provider_id, call_id }: ToolCall): string {
  return provider_id ?? call_id;
}

/** Returns the number of a call in its run. */
function numberOf({ call_id }: ToolCall): number {
  return Number(/^call_(\d{1,15})$/.exec(call_id)?.[1] ?? 0);
}

/**
 * Returns an unused id of nine letters and digits, the only form that every provider accepts:
 * Mistral requires exactly that.
 */
function replacement(number: number, isUsed: (id: string) => boolean): string {
  for (let at = number; ; at += 1) {
    const id = `call${(at % RANGE).toString(36).padStart(DIGITS, "0")}`;
    if (!isUsed(id)) {
      return id;
    }
  }
}
