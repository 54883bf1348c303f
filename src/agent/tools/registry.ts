/** Which tools a run has. A toolbox never changes; another choice of tools is another toolbox. */
import type { ToolDescription } from "../../run/value/message.ts";
import { addNumbers } from "./built-in/add-numbers.ts";
import { askHuman } from "./built-in/ask-human.ts";
import { calculator } from "./built-in/calculator.ts";
import { currentTime } from "./built-in/current-time.ts";
import { CUSTOM_TOOLS } from "./custom.ts";
import { httpRequest } from "./built-in/http-request.ts";
import { readOutput } from "./built-in/read-output.ts";
import { readPage } from "./built-in/read-page.ts";
import { subtractNumbers } from "./built-in/subtract-numbers.ts";
import type { Isolate } from "./code/isolate.ts";
import { runCode } from "./code/run-code.ts";
import type { Tool } from "./tool.ts";
import { wait } from "./built-in/wait.ts";

/** The built-in tools of a deployment: with isolates, code is one of them. */
export function builtInTools(isolate: Isolate | null): readonly Tool[] {
  return isolate === null ? BUILT_IN_TOOLS : [...BUILT_IN_TOOLS, runCode(isolate)];
}

/** The tools that ship with the service, whatever it is deployed with. */
export const BUILT_IN_TOOLS: readonly Tool[] = [
  addNumbers,
  askHuman,
  calculator,
  currentTime,
  httpRequest,
  readOutput,
  readPage,
  subtractNumbers,
  wait,
  ...CUSTOM_TOOLS,
];

export interface Toolbox {
  /** Sorted, as the descriptions are: the same tools always make the same prompt. */
  readonly names: readonly string[];
  get(name: string): Tool | undefined;
  descriptions(): readonly ToolDescription[];
}

/**
 * The tools of one run: the built-in ones that its agent selects, and `extra` ones that came with
 * the task, its tenant's and its script's. An extra tool takes the place of a built-in one of its name. A selected name that does
 * not exist is left out: a run must outlive a tool, and calling it is answered as `unknown_tool`.
 * @param selection names; absent means all
 * @param builtIn what this deployment has
 */
export function toolboxFor(
  selection: readonly string[] | undefined,
  extra: readonly Tool[],
  builtIn: readonly Tool[] = BUILT_IN_TOOLS,
): Toolbox {
  const selected = builtIn.filter((tool) => selection?.includes(tool.name) ?? true);
  const byName = new Map([...selected, ...extra].map((tool) => [tool.name, tool]));
  return boxOf(byName, () => undefined);
}

/**
 * A toolbox with further tools, which may have more than they offer: those are called by their names
 * alone. A tool that was there keeps its name.
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
