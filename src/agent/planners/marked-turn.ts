/** How planners show a model what nobody vouches for. */
import type { ToolResult, Turn } from "../../run/value/message.ts";
import { marked } from "../../run/value/trust.ts";

/** A turn in which untrusted results of tools are marked; any other turn as it is. */
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
