/** The tools that a tenant registered, made from the definitions that its run was submitted with. */
import type { ToolDefinition } from "../../../run/spec/tool-definition.ts";
import { codeTool } from "../code/code-tool.ts";
import { httpTool, type ToolOwner } from "./http-tool.ts";
import type { Isolate } from "../code/isolate.ts";
import type { RunTool } from "../tool.ts";

/** Who calls, and where code runs; null where a deployment has no such place. */
export interface ToolHost extends ToolOwner {
  readonly isolate: Isolate | null;
}

/**
 * The tools that a run was given at its submission. One that this deployment cannot run, or of a kind
 * that only newer code knows, is left out: its calls are answered as `unknown_tool`.
 */
export function registeredTools(
  definitions: readonly ToolDefinition[],
  host: ToolHost,
): readonly RunTool[] {
  return definitions.flatMap((definition) => {
    switch (definition.kind) {
      case "http":
        return [httpTool(definition, host)];
      case "code":
        return host.isolate === null ? [] : [codeTool(definition, host.isolate)];
      default:
        definition satisfies never;
        return [];
    }
  });
}
