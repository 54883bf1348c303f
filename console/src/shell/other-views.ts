/** All views but the runs and a run, which are loaded together. */
export { Inbox } from "../views/inbox/inbox.tsx";
export { NewTask } from "../views/new-task/new-task.tsx";
export { Agents } from "../views/agents/agents.tsx";
export { AgentView } from "../views/agents/agent.tsx";
export { Tools } from "../views/tools/tools.tsx";
export { ToolView } from "../views/tools/tool.tsx";
export { Servers } from "../views/mcp/servers.tsx";
export { ServerView } from "../views/mcp/server.tsx";
export { Hooks } from "../views/hooks/hooks.tsx";
export { WebhookView } from "../views/hooks/webhook.tsx";
export { Usage } from "../views/usage/usage.tsx";
export { Keys } from "../views/keys/keys.tsx";
export { Health } from "../views/health/health.tsx";
export { Settings } from "../views/settings/settings.tsx";
