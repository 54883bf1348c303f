/**
 * Selects the tools of a run. A toolbox is immutable; a different selection is a different toolbox.
 */
import type { ToolDescription } from "../../run/value/message.ts";
import { addNumbers } from "./built-in/add-numbers.ts";
import { askHuman } from "./built-in/ask-human.ts";
import { calculator } from "./built-in/calculator.ts";
import { currentTime } from "./built-in/current-time.ts";
import { httpRequest } from "./built-in/http-request.ts";
import { readOutput } from "./built-in/read-output.ts";
import { readPage } from "./built-in/read-page.ts";
import { SCHEDULE_TOOLS } from "./built-in/schedules.ts";
import { subtractNumbers } from "./built-in/subtract-numbers.ts";
import type { Isolate } from "./code/isolate.ts";
import { RUN_CODE, runCode } from "./code/run-code.ts";
import type { Tool } from "./tool.ts";
import { wait } from "./built-in/wait.ts";

/** Returns the built-in tools of a deployment. With isolates, they include `run_code`. */
export function builtInTools(isolate: Isolate | null): readonly Tool[] {
  return isolate === null ? BUILT_IN_TOOLS : [...BUILT_IN_TOOLS, runCode(isolate)];
}

/** The built-in tools of every deployment. */
export const BUILT_IN_TOOLS: readonly Tool[] = [
  addNumbers,
  askHuman,
  calculator,
  currentTime,
  httpRequest,
  readOutput,
  readPage,
  ...SCHEDULE_TOOLS,
  subtractNumbers,
  wait,
];

/** Names of built-in tools, whether or not the deployment can run code. */
export const BUILT_IN_NAMES: ReadonlySet<string> = new Set([
  ...BUILT_IN_TOOLS.map(({ name }) => name),
  RUN_CODE,
]);

/** Names of built-in tools that a run has only if its agent names them. */
const ONLY_NAMED: ReadonlySet<string> = new Set(SCHEDULE_TOOLS.map(({ name }) => name));

export interface Toolbox {
  /** Sorted, like the descriptions, so that the same tools always produce the same prompt. */
  readonly names: readonly string[];
  get(name: string): Tool | undefined;
  descriptions(): readonly ToolDescription[];
}

/**
 * Returns the tools of one run: the built-in tools that its agent selects, and `extra` tools from
 * the task, its tenant and its script. An extra tool replaces a built-in tool with the same name. A
 * selected name that does not exist is ignored, because a run may outlive a tool: a call of it is
 * answered with `unknown_tool`.
 * @param selection names; absent means all, except those that have to be named
 * @param builtIn the built-in tools of this deployment
 */
export function toolboxFor(
  selection: readonly string[] | undefined,
  extra: readonly Tool[],
  builtIn: readonly Tool[] = BUILT_IN_TOOLS,
): Toolbox {
  const selected = builtIn.filter(
    (tool) => selection?.includes(tool.name) ?? !ONLY_NAMED.has(tool.name),
  );
  const byName = new Map([...selected, ...extra].map((tool) => [tool.name, tool]));
  return boxOf(byName, () => undefined);
}

/**
 * Adds tools to a toolbox. They may include tools that are not offered and can only be called by
 * name. Tools of the original toolbox have precedence.
 */
export function withTools(
  box: Toolbox,
  more: { readonly offered: readonly Tool[]; get(name: string): Tool | undefined },
): Toolbox {
  const own = box.names.flatMap((name) => box.get(name) ?? []);
  const all = [...more.offered, ...own].map((tool) => [tool.name, tool] as const);
  return boxOf(new Map(all), (name) => more.get(name));
}

function boxOf(
  byName: ReadonlyMap<string, Tool>,
  other: (name: string) => Tool | undefined,
): Toolbox {
  const names = [...byName.keys()].toSorted();
  const descriptions = names.flatMap((name) => {
    const tool = byName.get(name);
    return tool === undefined ? [] : [describe(tool)];
  });
  return {
    names,
    get: (name) => byName.get(name) ?? other(name),
    descriptions: () => descriptions,
  };
}

function describe({ name, description, inputSchema }: Tool): ToolDescription {
  return { name, description, input_schema: inputSchema };
}
