/**
 * Serves a built Worker on this machine: `node scripts/local/serve.ts <file>`, where the file has a
 * `ServeJob` as JSON. Prints what the Worker logs. On a message over IPC it reads the file again,
 * restarts with what it says, and answers with null or an error's text. SIGTERM and SIGINT end it
 * and the runtime it started, and so does the end of the process group that both are in.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type MiniflareOptions,
} from "miniflare";
import { vacuumDeleted } from "./vacuum.ts";
import type { LocalWorker } from "./worker.ts";

export interface ServeJob {
  readonly worker: LocalWorker;
  /** Port of 127.0.0.1. */
  readonly port: number;
  /** Folder of the state, as `wrangler dev --persist-to` has it. */
  readonly state: string;
  /** Settings of the Worker, on top of those in its configuration. */
  readonly vars: Readonly<Record<string, string>>;
  /** Whether to print a line for each request. */
  readonly logRequests?: boolean;
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  throw new TypeError("serve.ts needs the file of its job as its argument");
}

removeDeleted(file);
const miniflare = new Miniflare(optionsIn(file));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void miniflare.dispose().finally(() => process.exit()));
}
process.on("message", () => void reload(file));
await miniflare.ready;

async function reload(path: string): Promise<void> {
  try {
    await miniflare.setOptions(optionsIn(path));
    process.send?.(null);
  } catch (error) {
    process.send?.(String(error));
  }
}

/** Removes what was deleted from the files. A failure, such as a full disk, does not keep from serving. */
function removeDeleted(path: string): void {
  try {
    vacuumDeleted(persistedIn(jobIn(path)));
  } catch (error) {
    console.error(`Deleted content is still in the files of the state: ${String(error)}`);
  }
}

function jobIn(path: string): ServeJob {
  return JSON.parse(readFileSync(path, "utf8")) as ServeJob;
}

/** Returns the folder that the runtime keeps its state in. */
function persistedIn({ state }: ServeJob): string {
  return join(state, "v3");
}

function optionsIn(path: string): MiniflareOptions {
  const job = jobIn(path);
  const { worker, port, vars, logRequests } = job;
  return convertV4MiniflareOptions({
    host: "127.0.0.1",
    port,
    // Without this the start asks the network for a sample of `request.cf`.
    cf: false,
    log: new Log(LogLevel.INFO, { prefix: "" }),
    logRequests: logRequests === true,
    // `/cdn-cgi/local/scheduled` runs the Worker's cron handler.
    unsafeTriggerHandlers: true,
    resourcePersistencePath: persistedIn(job),
    workers: [
      {
        ...worker.options,
        bindings: { ...worker.vars, ...vars },
        modulesRoot: dirname(worker.script),
        modules: [{ type: "ESModule", path: worker.script }],
      },
    ],
  });
}
