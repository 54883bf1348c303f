/** The planners by the names that agents know them by. */
import type { Planner } from "../../run/decide/planner.ts";
import type { PlannerName } from "../../run/spec/spec.ts";
import { nativePlanner } from "./native.ts";
import { placeholderPlanner } from "./placeholder.ts";
import { reactPlanner } from "./react.ts";

const PLANNER_BY_NAME: Readonly<Record<PlannerName, Planner>> = {
  native: nativePlanner,
  react: reactPlanner,
  placeholder: placeholderPlanner,
};

/** The planner of this name. */
export function plannerFor(name: PlannerName): Planner {
  return PLANNER_BY_NAME[name];
}
