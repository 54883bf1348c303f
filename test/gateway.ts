/** The gRPC gateway in a process of its own, on a free port. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(import.meta.dirname, "..");

export class GatewayProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: string) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts a gateway to a service; resolves when it says where it listens. */
  static async start(serviceUrl: string): Promise<GatewayProcess> {
    const child = spawn(process.execPath, [join(ROOT, "scripts", "grpc-gateway.ts")], {
      env: { ...process.env, OPSPAWN_URL: serviceUrl, GRPC_PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /^gRPC at [^ ]+:(\d+), /.exec(line)?.[1];
      if (port !== undefined) {
        return new GatewayProcess(child, port);
      }
    }
    throw new Error(`The gateway did not start: ${child.exitCode}`);
  }

  /** Asks it to end, as a supervisor would; gives its exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      const gone = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await gone;
    }
    return this.#child.exitCode;
  }
}
