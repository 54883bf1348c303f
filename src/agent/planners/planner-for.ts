/** The built-in planners. A deployment may add its own (`createOpspawn`). */
import type { Planner } from "../../run/decide/planner.ts";
import { nativePlanner } from "./native.ts";
import { placeholderPlanner } from "./placeholder.ts";
import { reactPlanner } from "./react.ts";

/** The built-in planners, by the names that agents select. */
export const PLANNERS: ReadonlyMap<string, Planner> = new Map(
  [nativePlanner, reactPlanner, placeholderPlanner].map((planner) => [planner.name, planner]),
);
