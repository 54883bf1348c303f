/** The pictures of the console: a name, an address, and how it is seen. */
import type { Seeded } from "./seed.ts";

/** One picture. */
export interface Picture {
  /** Of the file: `console-<name>.webp`. */
  readonly name: string;
  /** From `/console/` on. */
  readonly path: string;
  readonly theme?: "light" | "dark";
  /** Width of the page in pixels. */
  readonly width?: number;
}

/** All pictures. The README shows `run`. */
export function picturesOf({ refund, invoices, schedule, tree }: Seeded): readonly Picture[] {
  return [
    { name: "inbox", path: "inbox" },
    { name: "runs", path: "runs" },
    { name: "run", path: `runs/${refund}` },
    { name: "run-dark", path: `runs/${invoices}?at=20`, theme: "dark" },
    { name: "run-log", path: `runs/${refund}?view=log&q=type:tool&at=14` },
    { name: "run-money", path: `runs/${invoices}?view=money` },
    { name: "run-past", path: `runs/${refund}?to=20`, theme: "dark" },
    { name: "run-phone", path: `runs/${refund}?view=timeline`, width: 390 },
    { name: "run-tree", path: `runs/${tree}` },
    { name: "new-task", path: "new?agent=refunds" },
    { name: "agents", path: "agents" },
    { name: "agent", path: "agents/reports" },
    { name: "tools", path: "tools" },
    { name: "tool", path: "tools/refund_payment" },
    { name: "mcp", path: "mcp" },
    { name: "webhooks", path: "webhooks" },
    { name: "schedules", path: "schedules" },
    { name: "schedule", path: `schedules/${schedule}` },
    { name: "memory", path: "memory" },
    { name: "memory-store", path: "memory/subject%3Aanna" },
    { name: "conversation", path: "conversations/support-42" },
    { name: "usage", path: "usage?of=tokens&by=agent&days=7" },
    { name: "keys", path: "keys" },
    { name: "secrets", path: "secrets" },
    { name: "health", path: "health" },
    { name: "settings", path: "settings" },
  ];
}
