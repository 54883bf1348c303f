/** Three days to compare one's own with. */
import type { Load } from "./day.ts";

const LOAD = {
  steps: 10,
  secondsPerModelCall: 5,
  reads: 1,
  waits: 0.2,
  inputBytes: 2000,
  retentionDays: 3,
  peak: 2,
  burst: 0.002,
  largestTenant: 0.2,
} as const;

export const LOADS: readonly Load[] = [
  { ...LOAD, tasks: 1_000_000 },
  { ...LOAD, tasks: 10_000_000 },
  { ...LOAD, tasks: 100_000_000 },
];
