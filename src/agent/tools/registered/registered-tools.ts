/** Creates a tenant's registered tools from the definitions that its run was submitted with. */
import type { ToolDefinition } from "../../../run/spec/tool-definition.ts";
import { codeTool } from "../code/code-tool.ts";
import { httpTool } from "./http-tool.ts";
import type { Isolate } from "../code/isolate.ts";
import type { RunTool } from "../tool.ts";

/**
 * Returns the tools that a run received at submission. Omits a tool that this deployment cannot
 * run, or of a kind that only newer code supports: its calls are answered with `unknown_tool`.
 * @param isolate runs code; null if the deployment has none
 */
export function registeredTools(
  definitions: readonly ToolDefinition[],
  isolate: Isolate | null,
): readonly RunTool[] {
  return definitions.flatMap((definition) => {
    switch (definition.kind) {
      case "http":
        return [httpTool(definition)];
      case "code":
        return isolate === null ? [] : [codeTool(definition, isolate)];
      default:
        definition satisfies never;
        return [];
    }
  });
}
