/** State of a run's view in its address. */
import { oneOf, text, whole } from "../../route/query-state.ts";

export const RUN_FIELDS = {
  /** The reading that is chosen. The timeline is one of its own only on a narrow page. */
  view: oneOf("conversation", "timeline", "log", "money", "effects"),
  /** `seq` of the selected event. */
  at: whole,
  /** `seq` of the event after which the run is shown. */
  to: whole,
  /** Text that the log is searched for. */
  q: text,
};
