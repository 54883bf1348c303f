/** Tells a person at a terminal that the service does not answer, which is silent otherwise. */
import { isTerminal } from "./live-view.ts";
import { neutralise } from "./terminal-text.ts";
import type { CliEnv } from "./cli-env.ts";

/** Returns a `fetch` that says once on a terminal that a response takes long. */
export function patientFetch({ stderr, slowAfterMs }: CliEnv): typeof fetch {
  let isTold = !isTerminal(stderr);
  return async (input, init) => {
    // With `Prefer: wait`, the service holds the response on request.
    if (isTold || new Headers(init?.headers).has("Prefer")) {
      return fetch(input, init);
    }
    const timer = setTimeout(() => {
      if (!isTold) {
        isTold = true;
        stderr.write(`${sentenceOn(new URL(input instanceof Request ? input.url : input))}\n`);
      }
    }, slowAfterMs);
    try {
      return await fetch(input, init);
    } finally {
      clearTimeout(timer);
    }
  };
}

function sentenceOn({ origin, hostname }: URL): string {
  const isLocal = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  const hint = isLocal ? " The terminal of `npm start` may show why." : "";
  return neutralise(`${origin} does not answer yet: still waiting (Ctrl-C to stop).${hint}`);
}
