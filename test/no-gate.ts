/** Gates of providers that take every call. */
import type { Effects } from "../src/agent/loop/effects.ts";

export const NO_GATE: Effects["gate"] = {
  asksFirst: () => false,
  ask: async () => null,
  report: async () => false,
  leave: () => {},
};
