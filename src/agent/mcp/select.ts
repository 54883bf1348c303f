/**
 * Selects the tools of a server that a model is offered directly. With thousands of tools a model
 * finds none, and each tool costs tokens on every call, so the number is limited. The agent's own
 * choice has precedence, then the number of words that a tool shares with the goal.
 */
import { effectOfTool, type McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { RemoteTool } from "../../run/value/mcp-listing.ts";
import type { Effect } from "../../run/value/effect.ts";
import type { McpTool } from "../../run/spec/mcp-catalogue.ts";
import { matches } from "../../run/spec/policy.ts";

/**
 * Maximum number of server tools that a model is offered directly, and characters of their JSON.
 */
export const MAX_OFFERED_TOOLS = 64;
export const MAX_OFFERED_CHARS = 96_000;
/** Maximum number of effects stored for further tools. */
const MAX_EFFECTS = 500;
/** Maximum number of words of a goal that count. */
const MAX_WORDS = 200;

export interface Choice {
  /** Patterns for the server's own tool names, if the agent chooses. Null: all tools. */
  readonly patterns: readonly string[] | null;
  /** The goal of the run. */
  readonly goal: string;
  readonly maxTools: number;
  readonly maxChars: number;
}

export interface Selection {
  /** In the server's order. */
  readonly tools: readonly RemoteTool[];
  /** The number of tools that the agent may use. */
  readonly total: number;
  readonly effects: Readonly<Record<string, Effect>>;
}

interface Candidate {
  readonly tool: RemoteTool;
  readonly score: number;
  readonly position: number;
  readonly chars: number;
}

/**
 * Selects tools of one server. Reads the parts of the catalogue one after the other, and holds only
 * the selected tools in memory.
 */
export async function selectTools(
  definition: McpServerDefinition,
  parts: AsyncIterable<readonly McpTool[]>,
  { patterns, goal, maxTools, maxChars }: Choice,
): Promise<Selection> {
  const wanted = words(goal, MAX_WORDS);
  let best: Candidate[] = [];
  let total = 0;
  let position = 0;
  const effects = new Map<string, Effect>();
  for await (const part of parts) {
    for (const listed of part) {
      const { name, description, inputSchema, annotations } = listed;
      const effect = effectOfTool(definition, name, annotations);
      position += 1;
      if (patterns === null || patterns.some((pattern) => matches(pattern, name))) {
        total += 1;
        if (effect !== "once" && effects.size < MAX_EFFECTS && name !== "__proto__") {
          effects.set(name, effect);
        }
        const tool = { name, description, input_schema: inputSchema, effect };
        const chars = JSON.stringify(tool).length;
        best.push({ tool, chars, score: score(wanted, name, description), position });
      }
    }
    best = fitting(best, maxTools, maxChars);
  }
  const tools = best.toSorted((a, b) => a.position - b.position).map(({ tool }) => tool);
  return { tools, total, effects: Object.fromEntries(effects) };
}

/**
 * Returns the best candidates that fit, by score. Of two with the same score, the earlier one wins.
 */
function fitting(candidates: Candidate[], maxTools: number, maxChars: number): Candidate[] {
  const ordered = candidates.toSorted((a, b) => b.score - a.score || a.position - b.position);
  const kept: Candidate[] = [];
  let chars = 0;
  for (const candidate of ordered) {
    if (kept.length < maxTools && chars + candidate.chars <= maxChars) {
      kept.push(candidate);
      chars += candidate.chars;
    }
  }
  return kept;
}

/**
 * Returns the number of the goal's words in a tool's description; a word in its name counts three
 * times.
 */
function score(wanted: ReadonlySet<string>, name: string, description: string): number {
  const inName = words(name, MAX_WORDS);
  const inText = words(description, MAX_WORDS);
  let sum = 0;
  for (const word of wanted) {
    sum += (inName.has(word) ? 3 : 0) + (inText.has(word) ? 1 : 0);
  }
  return sum;
}

/** Returns the words with three or more letters, in lower case. `camelCase` is split into two. */
function words(text: string, max: number): ReadonlySet<string> {
  const parts = text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .match(/[\p{L}\p{N}]{3,}/gu);
  return new Set(parts?.slice(0, max));
}
