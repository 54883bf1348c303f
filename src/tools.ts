/**
 * The tools in code of this deployment. They are offered like built-in tools: to every tenant, in
 * `GET /api/v1/tools`, by name in `agent_config.tools`. docs/how-to/tools-in-code.md has examples.
 */
import type { ToolInCode } from "./library/index.ts";

/** The tools in code, made by `defineTool`. */
export const tools: readonly ToolInCode<Env>[] = [];
