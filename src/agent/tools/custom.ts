/**
 * Custom tools. A fork of Opspawn lists its tools here. They are offered like
 * built-in tools: to every tenant, in `GET /api/v1/tools`, by name in `agent_config.tools`.
 * docs/how-to/tools.md has an example.
 */
import type { Tool } from "./tool.ts";

/** The custom tools of this deployment. */
export const CUSTOM_TOOLS: readonly Tool[] = [];
