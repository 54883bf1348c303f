/** A Worker by itself, in the runtime that Cloudflare runs: only its modules, and the network. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { freePort } from "./free-port.ts";

const WORKERD = resolve(import.meta.dirname, "../node_modules/.bin/workerd");

export interface RunningWorker extends AsyncDisposable {
  readonly url: string;
}

/** Starts a Worker of these modules by their paths, the first of which is its entry. */
export async function startWorker(
  modules: Readonly<Record<string, string>>,
): Promise<RunningWorker> {
  const folder = mkdtempSync(join(tmpdir(), "opspawn-workerd-"));
  for (const [path, source] of Object.entries(modules)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), source);
  }
  const port = await freePort();
  writeFileSync(join(folder, "config.capnp"), configOf(Object.keys(modules), port));
  const child = spawn(WORKERD, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const gone = once(child, "exit");
  // It says on its control pipe when it listens.
  const listens = child.stdio[3] as Readable;
  await Promise.race([
    once(listens, "data"),
    gone.then(([code]) => {
      throw new Error(`workerd ended with ${code}`);
    }),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(paths: readonly string[], port: number): string {
  const modules = paths.map((path) => `(name = "${path}", esModule = embed "${path}")`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (compatibilityDate = "2026-04-21", modules = [${modules.join(", ")}])),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`;
}
