/** Which events of a log are read, and how much of each. */
import type { EventType } from "./event.ts";
import type { QueryOf } from "./operations.ts";

/** What a page of events shows. */
export type EventQuery = Omit<QueryOf<"listEvents">, "types" | "outline"> & {
  /** Only events of these types. A page may then be short or empty and not the last one. */
  readonly types?: readonly EventType[] | undefined;
  /** Each event in outline, with `bytes`: texts, lists and free content are cut. */
  readonly outline?: boolean | undefined;
};

/** What a page of a tree's events shows. */
export type TreeEventQuery = Omit<QueryOf<"listTreeEvents">, "types" | "outline"> &
  Pick<EventQuery, "types" | "outline">;

/** Returns the query of a page of events. */
export function selected<Query extends Pick<EventQuery, "types" | "outline">>({
  types,
  outline,
  ...rest
}: Query) {
  return {
    ...rest,
    ...(types !== undefined && { types: types.join(",") }),
    ...(outline === true && { outline: "1" as const }),
  };
}
