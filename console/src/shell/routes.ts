/**
 * The views and their addresses. To add one: a folder in `views/`, a line here, and its stylesheet in
 * `style/index.css`. A view is loaded when it is first opened.
 */
import type { ComponentType } from "preact";
import type { IconName } from "../parts/icon.tsx";
import type { ViewProps } from "../route/match.ts";

export interface Route {
  /** Path within the console; `:name` is a part that the view gets. */
  readonly pattern: string;
  /** Title of the page and, with an icon, of its entry in the navigation. */
  readonly title: string;
  readonly icon?: IconName;
  /** The key that follows `g`, to go there. */
  readonly shortcut?: string;
  /** Whether it is open to those who are not signed in. */
  readonly isOpen?: boolean;
  readonly load: () => Promise<ComponentType<ViewProps>>;
}

export const ROUTES: readonly Route[] = [
  {
    pattern: "/inbox",
    title: "Inbox",
    icon: "inbox",
    shortcut: "i",
    load: async () => (await import("../views/inbox/inbox.tsx")).Inbox,
  },
  {
    pattern: "/runs",
    title: "Runs",
    icon: "runs",
    shortcut: "r",
    load: async () => (await import("../views/runs/runs.tsx")).Runs,
  },
  {
    pattern: "/runs/:id",
    title: "Run",
    load: async () => (await import("../views/run/run.tsx")).Run,
  },
  {
    pattern: "/file",
    title: "Saved log",
    isOpen: true,
    load: async () => (await import("../views/run/file.tsx")).RunFile,
  },
  {
    pattern: "/new",
    title: "New task",
    icon: "plus",
    shortcut: "n",
    load: async () => (await import("../views/new-task/new-task.tsx")).NewTask,
  },
  {
    pattern: "/agents",
    title: "Agents",
    icon: "agent",
    shortcut: "a",
    load: async () => (await import("../views/agents/agents.tsx")).Agents,
  },
  {
    pattern: "/agents/:name",
    title: "Agent",
    load: async () => (await import("../views/agents/agent.tsx")).AgentView,
  },
  {
    pattern: "/tools",
    title: "Tools",
    icon: "tool",
    shortcut: "t",
    load: async () => (await import("../views/tools/tools.tsx")).Tools,
  },
  {
    pattern: "/tools/:name",
    title: "Tool",
    load: async () => (await import("../views/tools/tool.tsx")).ToolView,
  },
  {
    pattern: "/mcp",
    title: "MCP",
    icon: "plug",
    shortcut: "m",
    load: async () => (await import("../views/mcp/servers.tsx")).Servers,
  },
  {
    pattern: "/mcp/:name",
    title: "MCP server",
    load: async () => (await import("../views/mcp/server.tsx")).ServerView,
  },
  {
    pattern: "/webhooks",
    title: "Webhooks",
    icon: "hook",
    shortcut: "w",
    load: async () => (await import("../views/hooks/hooks.tsx")).Hooks,
  },
  {
    pattern: "/webhooks/:id",
    title: "Webhook",
    load: async () => (await import("../views/hooks/webhook.tsx")).WebhookView,
  },
  {
    pattern: "/usage",
    title: "Usage",
    icon: "chart",
    shortcut: "u",
    load: async () => (await import("../views/usage/usage.tsx")).Usage,
  },
  {
    pattern: "/keys",
    title: "Keys",
    icon: "key",
    shortcut: "k",
    load: async () => (await import("../views/keys/keys.tsx")).Keys,
  },
  {
    pattern: "/health",
    title: "Health",
    icon: "heart",
    shortcut: "h",
    load: async () => (await import("../views/health/health.tsx")).Health,
  },
  {
    pattern: "/settings",
    title: "Settings",
    icon: "gear",
    load: async () => (await import("../views/settings/settings.tsx")).Settings,
  },
];

/** The view that `/` leads to. */
export const HOME = "/console/runs";
