/** The planners by the names that agents select. */
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

/** Returns the planner of a name. */
export function plannerFor(name: PlannerName): Planner {
  return PLANNER_BY_NAME[name];
}
