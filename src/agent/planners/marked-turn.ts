/** How planners mark untrusted content for a model. */
import type { ToolResult, Turn } from "../../run/value/message.ts";
import { once } from "../../run/value/once.ts";
import { marked } from "../../run/value/trust.ts";

/**
 * Returns a turn with its untrusted tool results marked. Other turns are unchanged. The same turn
 * results in the same object.
 */
export function markedTurn(turn: Turn): Turn {
  return turn.role === "tool" && turn.results.some((result) => result.untrusted !== undefined)
    ? withMarks(turn)
    : turn;
}

const withMarks = once(({ results }: Extract<Turn, { role: "tool" }>): Turn => ({
  role: "tool",
  results: results.map(markedResult),
}));

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
