/**
 * Which tools of a server a model is offered by themselves. A model that is shown two thousand tools
 * finds none, and each of them is paid for with every call: the number is bounded, and what counts is
 * the agent's own choice, then how many words of the goal a tool speaks of.
 */
import { effectOfTool, type McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { RemoteTool } from "../../run/value/mcp-listing.ts";
import type { Effect } from "../../run/value/effect.ts";
import type { McpTool } from "../../run/spec/mcp-catalogue.ts";
import { matches } from "../../run/spec/policy.ts";

/** Tools of servers that a run's model is offered by themselves, and characters of their JSON. */
export const MAX_OFFERED_TOOLS = 64;
export const MAX_OFFERED_CHARS = 96_000;
/** Effects of further tools that a run knows of. */
const MAX_EFFECTS = 500;
/** Words of a goal that count. */
const MAX_WORDS = 200;

export interface Choice {
  /** Patterns of tools by their server's own names, if the agent chooses; null: all count. */
  readonly patterns: readonly string[] | null;
  /** What the run is for. */
  readonly goal: string;
  readonly maxTools: number;
  readonly maxChars: number;
}

export interface Selection {
  /** In the server's order. */
  readonly tools: readonly RemoteTool[];
  /** All that the agent may choose among. */
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
 * Chooses among the tools of one server. The parts of the catalogue are looked at one after the
 * other; no more than the chosen ones are kept.
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

/** The best that fit: by their score, and the earlier of two that have the same. */
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

/** How many words of the goal a tool speaks of; those in its name count three times. */
function score(wanted: ReadonlySet<string>, name: string, description: string): number {
  const inName = words(name, MAX_WORDS);
  const inText = words(description, MAX_WORDS);
  let sum = 0;
  for (const word of wanted) {
    sum += (inName.has(word) ? 3 : 0) + (inText.has(word) ? 1 : 0);
  }
  return sum;
}

/** Words of three letters and more, in lower case; `camelCase` is two. */
function words(text: string, max: number): ReadonlySet<string> {
  const parts = text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .match(/[\p{L}\p{N}]{3,}/gu);
  return new Set(parts?.slice(0, max));
}
