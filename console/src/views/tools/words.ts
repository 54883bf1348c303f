/** Words for kinds and effects of tools. */
import type { Tool } from "../../../../sdk/src/model.ts";

export const KINDS = {
  built_in: "Built in",
  http: "HTTP",
  code: "Code",
} as const satisfies Record<Tool["kind"], string>;

export const EFFECTS = {
  pure: "A second call changes nothing: it is repeated after a crash.",
  idempotent: "A second call with the same key has no second effect: it is repeated after a crash.",
  once: "A second call would have a second effect: it is never repeated by itself.",
  probe: "After a crash the service asks the tool whether the call took effect.",
} as const satisfies Record<Tool["effect"], string>;
