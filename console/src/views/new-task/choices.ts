/** What can be chosen for a new task. */
import type { Agent, McpServer, Tool } from "../../../../sdk/src/model.ts";

/** What can be chosen. */
export interface Choices {
  readonly agents: readonly Agent[];
  readonly tools: readonly Tool[];
  readonly servers: readonly McpServer[];
}
