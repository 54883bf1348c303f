/** The reference MCP server in a process of its own, over Streamable HTTP on a free port. */
import { spawn, type ChildProcess } from "node:child_process";
import { join, resolve } from "node:path";
import { freePort } from "./free-port.ts";

const PROGRAM = join(resolve(import.meta.dirname, ".."), "node_modules/.bin/mcp-server-everything");
const PING = {
  method: "POST",
  headers: { "Content-Type": "application/json", Accept: "application/json, text/event-stream" },
  body: "{}",
};

export class EverythingServer {
  readonly url: string;
  readonly #port: number;
  #child: ChildProcess | null = null;

  private constructor(port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}/mcp`;
  }

  static async start(): Promise<EverythingServer> {
    const server = new EverythingServer(await freePort());
    await server.up();
    return server;
  }

  /** Starts the process, at the address it had before. Resolves when it answers. */
  async up(): Promise<void> {
    const child = spawn(process.execPath, [PROGRAM, "streamableHttp"], {
      env: { ...process.env, PORT: String(this.#port) },
      stdio: "ignore",
    });
    this.#child = child;
    const deadline = Date.now() + 120_000;
    while (!(await answers(this.url))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error("The reference server did not start.");
      }
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  /** Ends the process at once. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
    this.#child = null;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, PING);
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
