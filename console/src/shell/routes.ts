/**
 * The views and their addresses. To add one: a folder in `views/`, a line here, and its stylesheet in
 * `style/index.css`. A view is loaded when it is first opened,
 * with those of its group: a file for each view and for what each two of them share would be thirty
 * requests.
 */
import type { ComponentType } from "preact";
import type { IconName } from "../parts/icon.tsx";
import type { ViewProps } from "../route/match.ts";
import { Runs } from "../views/runs/runs.tsx";

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
    load: async () => (await import("./other-views.ts")).Inbox,
  },
  {
    pattern: "/runs",
    title: "Runs",
    icon: "runs",
    shortcut: "r",
    load: async () => Runs,
  },
  {
    pattern: "/runs/:id",
    title: "Run",
    load: async () => (await import("./run-views.ts")).Run,
  },
  {
    pattern: "/runs/:id/compare",
    title: "Compare two runs",
    load: async () => (await import("./other-views.ts")).Compare,
  },
  {
    pattern: "/file",
    title: "Saved log",
    isOpen: true,
    load: async () => (await import("./run-views.ts")).RunFile,
  },
  {
    pattern: "/new",
    title: "New task",
    icon: "plus",
    shortcut: "n",
    load: async () => (await import("./other-views.ts")).NewTask,
  },
  {
    pattern: "/agents",
    title: "Agents",
    icon: "agent",
    shortcut: "a",
    load: async () => (await import("./other-views.ts")).Agents,
  },
  {
    pattern: "/agents/:name",
    title: "Agent",
    load: async () => (await import("./other-views.ts")).AgentView,
  },
  {
    pattern: "/tools",
    title: "Tools",
    icon: "tool",
    shortcut: "t",
    load: async () => (await import("./other-views.ts")).Tools,
  },
  {
    pattern: "/tools/:name",
    title: "Tool",
    load: async () => (await import("./other-views.ts")).ToolView,
  },
  {
    pattern: "/mcp",
    title: "MCP",
    icon: "plug",
    shortcut: "m",
    load: async () => (await import("./other-views.ts")).Servers,
  },
  {
    pattern: "/mcp/:name",
    title: "MCP server",
    load: async () => (await import("./other-views.ts")).ServerView,
  },
  {
    pattern: "/webhooks",
    title: "Webhooks",
    icon: "hook",
    shortcut: "w",
    load: async () => (await import("./other-views.ts")).Hooks,
  },
  {
    pattern: "/webhooks/:id",
    title: "Webhook",
    load: async () => (await import("./other-views.ts")).WebhookView,
  },
  {
    pattern: "/schedules",
    title: "Schedules",
    icon: "clock",
    shortcut: "c",
    load: async () => (await import("./other-views.ts")).Schedules,
  },
  {
    pattern: "/schedules/:id",
    title: "Schedule",
    load: async () => (await import("./other-views.ts")).ScheduleView,
  },
  {
    pattern: "/conversations",
    title: "Conversations",
    icon: "chat",
    shortcut: "v",
    load: async () => (await import("./other-views.ts")).Conversations,
  },
  {
    pattern: "/conversations/:id",
    title: "Conversation",
    load: async () => (await import("./other-views.ts")).ConversationView,
  },
  {
    pattern: "/memory",
    title: "Memory",
    icon: "save",
    shortcut: "e",
    load: async () => (await import("./other-views.ts")).Memory,
  },
  {
    pattern: "/memory/:store",
    title: "Memory store",
    load: async () => (await import("./other-views.ts")).StoreView,
  },
  {
    pattern: "/usage",
    title: "Usage",
    icon: "chart",
    shortcut: "u",
    load: async () => (await import("./other-views.ts")).Usage,
  },
  {
    pattern: "/keys",
    title: "Keys",
    icon: "key",
    shortcut: "k",
    load: async () => (await import("./other-views.ts")).Keys,
  },
  {
    pattern: "/secrets",
    title: "Secrets",
    icon: "lock",
    shortcut: "s",
    load: async () => (await import("./other-views.ts")).Secrets,
  },
  {
    pattern: "/health",
    title: "Health",
    icon: "heart",
    shortcut: "h",
    load: async () => (await import("./other-views.ts")).Health,
  },
  {
    pattern: "/settings",
    title: "Settings",
    icon: "gear",
    load: async () => (await import("./other-views.ts")).Settings,
  },
];

/** The view that `/` leads to. */
export const HOME = "/console/runs";
