/** How planners mark untrusted content for a model. */
import type { ToolResult, Turn } from "../../run/value/message.ts";
import { marked } from "../../run/value/trust.ts";

/** Returns a turn with its untrusted tool results marked. Other turns are unchanged. */
export function markedTurn(turn: Turn): Turn {
  return turn.role === "tool" && turn.results.some((result) => result.untrusted !== undefined)
    ? { role: "tool", results: turn.results.map(markedResult) }
    : turn;
}

function markedResult(result: ToolResult): ToolResult {
  const { untrusted, output, error } = result;
  if (untrusted === undefined) {
    return result;
  }
  return error === undefined
    ? { ...result, output: marked(untrusted, output ?? null) }
    : {
        ...result,
        error: { code: error.code, message: JSON.stringify(marked(untrusted, error.message)) },
      };
}
