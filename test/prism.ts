/** Prism between a test and a service: an independent referee of requests and answers. */
import { spawn, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { freePort } from "./service.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** A proxy that refuses, in the service's stead, whatever the document does not say. */
export class Prism implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** Starts a proxy for a service with the document of the repository. */
  static async start(upstream: string): Promise<Prism> {
    const port = await freePort();
    const child = spawn(
      resolve(ROOT, "node_modules/.bin/prism"),
      ["proxy", "docs/openapi.json", upstream, "--errors", `--port=${port}`, "--host=127.0.0.1"],
      { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] },
    );
    const { promise, resolve: ready, reject } = Promise.withResolvers<void>();
    let said = "";
    const note = (chunk: Buffer): void => {
      said += chunk.toString();
      if (said.includes("Prism is listening")) {
        ready();
      }
    };
    child.stdout.on("data", note);
    child.stderr.on("data", note);
    child.once("exit", () => reject(new Error(`Prism did not start:\n${said}`)));
    await promise;
    return new Prism(`http://127.0.0.1:${port}`, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((done) => {
      this.#child.once("exit", done);
    });
    this.#child.kill();
    await gone;
  }
}
