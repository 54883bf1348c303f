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
    pattern: "/settings",
    title: "Settings",
    icon: "gear",
    load: async () => (await import("../views/settings/settings.tsx")).Settings,
  },
];

/** The view that `/` leads to. */
export const HOME = "/console/runs";
