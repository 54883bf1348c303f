/** The trees of a chaos run: agents four levels deep. */
import type { Service } from "../service.ts";

type Json = Readonly<Record<string, unknown>>;

/** How many tasks a run of each level starts; those of the last level start none. */
export const WIDTHS = [2, 1, 1];
/** Tasks of a tree: 1, 2, 2 and 2. */
export const TREE_SIZE = 7;
/** Highest cost of a tree, dollars. No tree comes near it. */
const CAP_USD = 5;

/** A price for scripted models, so that there is money to count. */
export const PRICES = {
  "local/script": { input: 1_000_000, cached_input: 100_000, cache_write: 0, output: 3_000_000 },
};

/** A level of a planned tree. */
export interface PlannedLevel {
  readonly script: readonly Json[];
  readonly tools: readonly Json[];
  readonly answer: string;
  readonly usage: { readonly steps: number; readonly tool_calls: number };
}

/** A script of a level, which can be told to start tasks of the next one. */
interface LevelWriter {
  readonly entries: readonly Json[];
  readonly clerk: Json;
  readonly steps: number;
  readonly toolCalls: number;
  turn(): void;
  order(calls: readonly Json[]): void;
  answer(): string;
}

/** Returns the levels of a tree, the first task first. */
export function levelsOf(writerFor: (level: number) => LevelWriter): PlannedLevel[] {
  return [...WIDTHS, 0].map((width, level) => {
    const script = writerFor(level);
    script.turn();
    if (width > 0) {
      const goals = Array.from({ length: width }, (_, n) => `Part ${n}.`);
      const name = `agent_${nameOf(level + 1)}`;
      script.order(goals.map((goal) => ({ name, arguments: { goal } })));
    }
    const answer = script.answer();
    return {
      script: script.entries,
      tools: [script.clerk],
      answer,
      usage: { steps: script.steps, tool_calls: script.toolCalls },
    };
  });
}

/** Returns the body of the first task of a tree. @param capped whether the tree has a limit of cost */
export function bodyOfTree(levels: readonly PlannedLevel[], capped: boolean): Json {
  const script_agents = Object.fromEntries(
    levels.map(({ script, tools }, level) => [nameOf(level), { script, script_tools: tools }]),
  );
  return {
    agent: nameOf(0),
    input_data: {
      script: levels[0]?.script ?? [],
      script_tools: levels[0]?.tools ?? [],
      script_agents,
    },
    limits: { max_depth: WIDTHS.length, ...(capped ? { max_cost_usd: CAP_USD } : {}) },
  };
}

/** Creates the agents of all trees, those below first. */
export async function createAgents(service: Service): Promise<void> {
  for (let level = WIDTHS.length; level >= 0; level -= 1) {
    const agents = level < WIDTHS.length ? { agents: [{ agent: nameOf(level + 1) }] } : {};
    const response = await service.send("POST", "/api/v1/agents", {
      name: nameOf(level),
      config: { model: "local/script", ...agents },
    });
    if (response.status !== 201) {
      throw new Error(`no agent: ${await response.text()}`);
    }
  }
}

function nameOf(level: number): string {
  return `level_${level}`;
}
