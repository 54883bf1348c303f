/**
 * Serves a built Worker on this machine: `node scripts/local/serve.ts <file>`, where the file has a
 * `ServeJob` as JSON. Prints what the Worker logs. SIGTERM and SIGINT end it and the runtime it
 * started, and so does the end of the process group that both are in.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import type { LocalWorker } from "./worker.ts";

export interface ServeJob {
  readonly worker: LocalWorker;
  /** Port of 127.0.0.1. */
  readonly port: number;
  /** Folder of the state, as `wrangler dev --persist-to` has it. */
  readonly state: string;
  /** Settings of the Worker, on top of those in its configuration. */
  readonly vars: Readonly<Record<string, string>>;
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  throw new TypeError("serve.ts needs the file of its job as its argument");
}
const { worker, port, state, vars } = JSON.parse(readFileSync(file, "utf8")) as ServeJob;

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: "127.0.0.1",
    port,
    // Without this the start asks the network for a sample of `request.cf`.
    cf: false,
    logRequests: false,
    // `/cdn-cgi/local/scheduled` runs the Worker's cron handler.
    unsafeTriggerHandlers: true,
    resourcePersistencePath: join(state, "v3"),
    workers: [
      {
        ...worker.options,
        bindings: { ...worker.vars, ...vars },
        modulesRoot: dirname(worker.script),
        modules: [{ type: "ESModule", path: worker.script }],
      },
    ],
  }),
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void miniflare.dispose().finally(() => process.exit()));
}
await miniflare.ready;
