/** Builds what only exists in workerd: the parts of the Durable Objects, and work after a response. */
import { waitUntil } from "cloudflare:workers";
import { isolateOf } from "../durable/isolate/isolate.ts";
import type { RunParts } from "../durable/run/run-object.ts";
import { KeyStore } from "../store/keys.ts";
import { FeedStore } from "../store/feeds.ts";
import { isoTime } from "../run/value/time.ts";
import { configOf } from "../env/config.ts";
import type { FeedParts } from "../durable/feed/feed.ts";
import { NO_EXTENSIONS, type Extensions } from "./extensions.ts";
import { buildDeps } from "./run.ts";

/** Returns the parts of a run's object in the Worker. */
export function runParts(env: Env, extensions: Extensions = NO_EXTENSIONS): RunParts {
  return {
    deps: () => buildDeps(env, isolateOf(env.ISOLATES), extensions),
    observer: extensions.observer(env),
  };
}

/** Continues work after the response of the current request. */
export function inBackground(work: Promise<void>): void {
  waitUntil(work);
}

const now = (): number => Date.now();

/** Returns the parts of a tenant's feed in the Worker. */
export function feedParts(env: Env): FeedParts {
  const keys = new KeyStore(env.DB);
  return {
    feeds: new FeedStore(env.DB),
    keys: {
      stillValid: (shown) => keys.stillValid(shown, isoTime(now())),
      everyMs: () => configOf(env).keyCacheMs,
      now,
    },
    now,
  };
}
