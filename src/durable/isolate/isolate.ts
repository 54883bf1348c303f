/**
 * The isolate port on the platform's Dynamic Workers: each job gets a fresh isolate without network
 * and without bindings. What comes back is data of a stranger and is checked as such.
 */
import { RpcTarget } from "cloudflare:workers";
import type { Isolate, IsolateJob, IsolateOutcome } from "../../agent/tools/code/isolate.ts";
import type { ToolCaller } from "../../agent/tools/tool.ts";
import { TOOL_FAILURES, ToolStop, type ToolFailureCode } from "../../run/value/failure.ts";
import { isJsonObject, jsonDefect, type JsonValue } from "../../run/value/json.ts";
import { GUEST_MODULES, MAX_CONSOLE_CHARS, MAX_OUTPUT_CHARS } from "./guest.ts";

/** CPU time that the platform allows a job, milliseconds; the local runtime does not count it. */
const CPU_MS = 10_000;

/** What code may answer, as far as it is believed. */
const KINDS = [
  "code_threw",
  "invalid_output",
  "output_too_large",
  "cpu_exceeded",
  "memory_exceeded",
] as const satisfies readonly ToolFailureCode[];

interface Guest {
  run(
    host: RpcTarget,
    names: string | null,
    input: string,
    now: number,
    seed: string,
  ): Promise<unknown>;
}

/** Isolates made by a binding of kind `worker_loaders`; null where a deployment has none. */
export function isolateOf(loader: WorkerLoader | undefined): Isolate | null {
  return loader === undefined ? null : { run: (job) => runJob(loader, job) };
}

async function runJob(loader: WorkerLoader, job: IsolateJob): Promise<IsolateOutcome> {
  const cut = Promise.withResolvers<IsolateOutcome>();
  const stop = (): void => cut.resolve(failed("code_stopped"));
  const desk = new Desk(job.tools, cut.resolve);
  job.signal.addEventListener("abort", stop, { once: true });
  if (job.signal.aborted) {
    stop();
  }
  try {
    const worker = loader.load({
      compatibilityDate: "2026-11-01",
      mainModule: "main.js",
      modules: { ...GUEST_MODULES, "code.js": job.code.module },
      env: {},
      globalOutbound: null,
      limits: { cpuMs: CPU_MS },
    });
    // What a loaded Worker exports is known to nobody but the two modules that it is made of.
    const guest = worker.getEntrypoint("Code") as unknown as Guest;
    const host = new Host((name, text) => desk.answer(name, text));
    const names = job.tools === null ? null : JSON.stringify(job.tools.names);
    const ran = guest.run(host, names, JSON.stringify(job.input), job.now, job.seed).then(
      (answer) => outcomeOf(answer),
      (error: unknown) => lost(error),
    );
    return await Promise.race([ran, cut.promise]);
  } catch (error) {
    return lost(error);
  } finally {
    job.signal.removeEventListener("abort", stop);
    desk.close();
  }
}

/** All of ours that an isolate can reach: this one method. */
class Host extends RpcTarget {
  readonly #answer: (name: unknown, argumentsText: unknown) => Promise<string>;

  constructor(answer: (name: unknown, argumentsText: unknown) => Promise<string>) {
    super();
    this.#answer = answer;
  }

  call(name: unknown, argumentsText: unknown): Promise<string> {
    return this.#answer(name, argumentsText);
  }
}

/** Where the calls of one job are answered, while it runs. All that comes in is a stranger's. */
class Desk {
  readonly #tools: ToolCaller | null;
  readonly #end: (outcome: IsolateOutcome) => void;
  #closed = false;

  /** @param end ends the whole job */
  constructor(tools: ToolCaller | null, end: (outcome: IsolateOutcome) => void) {
    this.#tools = tools;
    this.#end = end;
  }

  close(): void {
    this.#closed = true;
  }

  async answer(name: unknown, argumentsText: unknown): Promise<string> {
    if (this.#closed || this.#tools === null) {
      throw new Error("There is nobody to call any more.");
    }
    const args = parsed(argumentsText);
    if (typeof name !== "string" || args === undefined) {
      const error = { code: "invalid_arguments", message: TOOL_FAILURES.invalid_arguments.message };
      return JSON.stringify({ error });
    }
    try {
      const { output, error } = await this.#tools.call(name.slice(0, 256), args);
      return JSON.stringify(error === undefined ? { output: output ?? null } : { error });
    } catch (thrown) {
      this.#end(thrown instanceof ToolStop ? failed(thrown.code, thrown.message) : lost(thrown));
      throw new Error("The code has to end.", { cause: thrown });
    }
  }
}

function parsed(text: unknown): JsonValue | undefined {
  if (typeof text !== "string" || text.length > MAX_OUTPUT_CHARS) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    return jsonDefect(value) === null ? (value as JsonValue) : undefined;
  } catch {
    return undefined;
  }
}

function outcomeOf(answer: unknown): IsolateOutcome {
  if (!isJsonObject(answer)) {
    return failed("invalid_output");
  }
  const { kind, text, console } = answer;
  const said = typeof console === "string" ? console.slice(0, MAX_CONSOLE_CHARS) : "";
  if (kind === "done") {
    const output = parsed(text);
    return output === undefined
      ? { ...failed("invalid_output"), console: said }
      : { ok: true, output, console: said };
  }
  const code = KINDS.find((one) => one === kind) ?? "invalid_output";
  const message = typeof text === "string" && text !== "" ? text : TOOL_FAILURES[code].message;
  return { ok: false, code, message, console: said };
}

/** The isolate is gone: what the platform says of it. */
function lost(error: unknown): IsolateOutcome {
  const text = error instanceof Error ? error.message : "";
  if (/CPU/i.test(text)) {
    return failed("cpu_exceeded");
  }
  if (/memory/i.test(text)) {
    return failed("memory_exceeded");
  }
  if (/32MiB|Serialized RPC/.test(text)) {
    return failed("output_too_large");
  }
  return /hung/.test(text)
    ? failed("code_stopped", "The code waits for something that will never come.")
    : failed("code_stopped");
}

function failed(
  code: ToolFailureCode,
  message: string = TOOL_FAILURES[code].message,
): Extract<IsolateOutcome, { ok: false }> {
  return { ok: false, code, message, console: "" };
}
