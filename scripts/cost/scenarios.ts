/** Three months to compare one's own with. */
import type { Scenario } from "./month.ts";

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "small",
    tasks: 10_000,
    steps: 5,
    secondsPerModelCall: 4,
    reads: 1,
    watchers: 1,
    waits: 0.1,
    bytesPerStep: 2000,
    retentionDays: 30,
  },
  {
    name: "medium",
    tasks: 1_000_000,
    steps: 8,
    secondsPerModelCall: 5,
    reads: 1,
    watchers: 0.2,
    waits: 0.2,
    bytesPerStep: 2000,
    retentionDays: 30,
  },
  {
    name: "large",
    tasks: 20_000_000,
    steps: 10,
    secondsPerModelCall: 5,
    reads: 1,
    watchers: 0.05,
    waits: 0.2,
    bytesPerStep: 2000,
    // What D1 keeps of a month of these would not fit into its 10 GB.
    retentionDays: 3,
  },
];
