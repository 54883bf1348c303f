/** Prism between a test and a service: an independent referee of requests and answers. */
import { spawn, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { freePort } from "./free-port.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** What Prism's own answers hold, and nobody else's. */
export const PRISM = "stoplight.io/prism";

/** Prism waits for ever where a service refuses a longer body before it was read to its end. */
const LONGEST = 1_048_576;

interface Violation {
  readonly location: readonly string[];
  readonly severity: string;
  readonly message: string;
}

/** A proxy that knows the document. */
export class Prism implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /**
   * Starts a proxy for a service with the document of the repository.
   * @param more `--errors`: it refuses, in the service's stead, whatever the document does not say
   */
  static async start(upstream: string, ...more: readonly string[]): Promise<Prism> {
    const port = await freePort();
    const child = spawn(
      resolve(ROOT, "node_modules/.bin/prism"),
      ["proxy", "docs/openapi.json", upstream, ...more, `--port=${port}`, "--host=127.0.0.1"],
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

  /**
   * Sends a request through the proxy; null where it cannot pass on what is asked. A request that is
   * not as documented is the test's business, an answer that is not is an error.
   */
  async request(path: string, init: RequestInit): Promise<Response | null> {
    const accept = new Headers(init.headers).get("Accept") ?? "";
    const isStream = /^\/(mcp|opspawn\.v1\.)/.test(path) || accept.includes("event-stream");
    const isPlain = ["GET", "POST", "PUT", "PATCH", "DELETE"].includes(init.method ?? "GET");
    if (isStream || !isPlain || !isKept(init.body)) {
      return null;
    }
    const response = await fetch(`${this.url}${path}`, init);
    const violations = JSON.parse(response.headers.get("sl-violations") ?? "[]") as Violation[];
    const wrong = violations.filter(({ location }) => location[0] === "response");
    if (wrong.length > 0) {
      throw new Error(`Prism objects to the answer of ${path}: ${JSON.stringify(wrong)}`);
    }
    // What lacks this is Prism's own answer: it passes on no address, method or media type that it
    // does not know.
    return response.headers.has("X-Request-Id") ? response : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((done) => {
      this.#child.once("exit", done);
    });
    this.#child.kill();
    await gone;
  }
}

/**
 * Whether a body comes out of the proxy as it went in. It parses JSON and writes it again, with the
 * length that the sender said, so that a service waits for what is no longer there; of texts and null
 * it makes something else.
 */
function isKept(body: RequestInit["body"]): boolean {
  if (body === undefined || body === null || body === "") {
    return true;
  }
  if (typeof body !== "string" || body.length > LONGEST) {
    return false;
  }
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && JSON.stringify(value) === body;
  } catch {
    return false;
  }
}
