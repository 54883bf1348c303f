/** Tasks for tests in workerd. */
import { newTaskId } from "../../src/run/value/id.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import type { McpServerDefinition } from "../../src/run/spec/mcp-server.ts";
import type { AgentConfig, RunLimits } from "../../src/run/spec/spec.ts";
import type { ToolDefinition } from "../../src/run/spec/tool-definition.ts";
import type { WebhookType } from "../../src/run/value/webhook-type.ts";
import type { ParentLink, PinnedAgent } from "../../src/run/spec/child.ts";
import type { Untrusted } from "../../src/run/value/trust.ts";
import { NO_CONVERSATION, treeColumns, type StoredTask } from "../../src/store/tasks/rows.ts";

/** A task of the tenant `test` for the scripted model; nothing is stored. */
export function newTask(
  input: JsonObject,
  more: {
    config?: Partial<AgentConfig>;
    limits?: Partial<RunLimits>;
    createdAt?: number;
    priority?: number;
    scheduledAt?: string;
    tools?: readonly ToolDefinition[];
    mcpServers?: readonly McpServerDefinition[];
    callbackUrl?: string;
    webhooks?: readonly WebhookType[];
    slotted?: boolean;
    agent?: string;
    subject?: string;
    parent?: ParentLink;
    untrusted?: Untrusted;
    agents?: readonly PinnedAgent[];
  } = {},
): StoredTask {
  const now = more.createdAt ?? Date.now();
  return {
    tenant_id: "test",
    task_id: newTaskId(now, crypto.getRandomValues(new Uint8Array(16))),
    task_type: "agent_run",
    name: null,
    input_data: { goal: "go", ...input },
    agent: more.agent ?? "default",
    agent_version: 1,
    config: { model: "local/script", planner: "native", ...more.config },
    limits: { max_steps: 25, max_duration_s: 3600, ...more.limits },
    metadata: {},
    priority: more.priority ?? 0,
    attempt: 1,
    retry_of: null,
    schedule_id: null,
    group_id: null,
    waiting_for: null,
    ...NO_CONVERSATION,
    scheduled_at: more.scheduledAt ?? null,
    tools: more.tools ?? [],
    mcp_servers: more.mcpServers ?? [],
    overrides: null,
    subject: more.subject ?? null,
    ...treeColumns(more.parent ?? null, more.untrusted ?? null),
    trace: null,
    agents: more.agents ?? [],
    callback_url: more.callbackUrl ?? null,
    webhooks: more.webhooks ?? [],
    slotted: more.slotted ?? false,
    created_at: new Date(now).toISOString(),
  };
}
