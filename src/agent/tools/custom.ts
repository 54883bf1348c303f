/**
 * The place for tools of your own. A project that forks or imports Opspawn lists them here, and they
 * are offered as the built-in ones are: to every tenant, in `GET /api/v1/tools`, by name in
 * `agent_config.tools`. docs/how-to/tools.md shows one.
 */
import type { Tool } from "./tool.ts";

/** Tools that this deployment adds. */
export const CUSTOM_TOOLS: readonly Tool[] = [];
