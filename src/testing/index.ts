/**
 * `opspawn/testing`: runs an agent in Node, on the engine of the service, with a virtual clock, an
 * in-memory log and no network. What this file exports is public, and nothing else.
 */
export { enumerate } from "./enumerate.ts";
export {
  ExpectationError,
  expectCost,
  expectEffects,
  expectEvents,
  expectSame,
  type CostLimits,
  type ExpectedEvent,
} from "./expectations.ts";
export { simulate } from "./simulate.ts";
export { SimulationError } from "./simulation-error.ts";
export type * from "./contract.ts";
