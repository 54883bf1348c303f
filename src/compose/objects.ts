/** Builds what only exists in workerd: the parts of the Durable Objects, and work after a response. */
import { waitUntil } from "cloudflare:workers";
import { isolateOf } from "../durable/isolate/isolate.ts";
import type { RunParts } from "../durable/run/run-object.ts";
import { buildObserver } from "./network.ts";
import { buildDeps } from "./run.ts";

/** Returns the parts of a run's object in the Worker. */
export function runParts(env: Env): RunParts {
  return { deps: () => buildDeps(env, isolateOf(env.ISOLATES)), observer: buildObserver() };
}

/** Continues work after the response of the current request. */
export function inBackground(work: Promise<void>): void {
  waitUntil(work);
}
