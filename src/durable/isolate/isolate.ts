/**
 * The isolate port over Cloudflare's Dynamic Workers. Each job runs in a fresh isolate without
 * network and bindings. Its output is untrusted and validated.
 */
import { cut } from "../../run/value/cut.ts";
import { RpcTarget } from "cloudflare:workers";
import type { Isolate, IsolateJob, IsolateOutcome } from "../../agent/tools/code/isolate.ts";
import type { ToolCaller } from "../../agent/tools/tool.ts";
import { TOOL_FAILURES, ToolStop, type ToolFailureCode } from "../../run/value/failure.ts";
import { isJsonObject, jsonDefect, type JsonValue } from "../../run/value/json.ts";
import { GUEST_MODULES, MAX_CONSOLE_CHARS, MAX_OUTPUT_CHARS } from "./guest.ts";

/** CPU time that the platform allows a job, milliseconds. The local runtime does not measure it. */
const CPU_MS = 10_000;

/** Failures that the code itself may report. */
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

const isolates = new WeakMap<WorkerLoader, Isolate>();

/**
 * Returns the isolate port of a `worker_loaders` binding, the same one for each object of a process;
 * null for a deployment without the binding.
 */
export function isolateOf(loader: WorkerLoader | undefined): Isolate | null {
  if (loader === undefined) {
    return null;
  }
  let isolate = isolates.get(loader);
  if (isolate === undefined) {
    isolate = { run: (job) => runJob(loader, job) };
    isolates.set(loader, isolate);
  }
  return isolate;
}

async function runJob(loader: WorkerLoader, job: IsolateJob): Promise<IsolateOutcome> {
  const ended = Promise.withResolvers<IsolateOutcome>();
  const stop = (): void => ended.resolve(failure("code_stopped"));
  const handler = new ToolCallHandler(job.tools, ended.resolve);
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
    // Only the two modules above determine what the loaded Worker exports.
    const guest = worker.getEntrypoint("Code") as unknown as Guest;
    const host = new Host((name, text) => handler.answer(name, text));
    const names = job.tools === null ? null : JSON.stringify(job.tools.names);
    const ran = guest.run(host, names, JSON.stringify(job.input), job.now, job.seed).then(
      (answer) => outcomeOf(answer),
      (error: unknown) => outcomeOfLoss(error),
    );
    return await Promise.race([ran, ended.promise]);
  } catch (error) {
    return outcomeOfLoss(error);
  } finally {
    job.signal.removeEventListener("abort", stop);
    handler.close();
  }
}

/** The only object of the service that an isolate can reach, with one method. */
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

/** Handles the tool calls of one job while it runs. All input is untrusted. */
class ToolCallHandler {
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
      throw new Error("The job has ended; no tool can be called.");
    }
    const args = parseJson(argumentsText);
    if (typeof name !== "string" || args === undefined) {
      const error = { code: "invalid_arguments", message: TOOL_FAILURES.invalid_arguments.message };
      return JSON.stringify({ error });
    }
    try {
      const { output, error } = await this.#tools.call(cut(name, 256), args);
      return JSON.stringify(error === undefined ? { output: output ?? null } : { error });
    } catch (thrown) {
      this.#end(
        thrown instanceof ToolStop ? failure(thrown.code, thrown.message) : outcomeOfLoss(thrown),
      );
      throw new Error("The job has ended.", { cause: thrown });
    }
  }
}

function parseJson(text: unknown): JsonValue | undefined {
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
    return failure("invalid_output");
  }
  const { kind, text, console } = answer;
  const consoleText = typeof console === "string" ? cut(console, MAX_CONSOLE_CHARS) : "";
  if (kind === "done") {
    const output = parseJson(text);
    return output === undefined
      ? { ...failure("invalid_output"), console: consoleText }
      : { ok: true, output, console: consoleText };
  }
  const code = KINDS.find((one) => one === kind) ?? "invalid_output";
  const message = typeof text === "string" && text !== "" ? text : TOOL_FAILURES[code].message;
  return { ok: false, code, message, console: consoleText };
}

/** Returns the outcome for a lost isolate, from the platform's error. */
function outcomeOfLoss(error: unknown): IsolateOutcome {
  const text = error instanceof Error ? error.message : "";
  if (/CPU/i.test(text)) {
    return failure("cpu_exceeded");
  }
  if (/memory/i.test(text)) {
    return failure("memory_exceeded");
  }
  if (/32MiB|Serialized RPC/.test(text)) {
    return failure("output_too_large");
  }
  return /hung/.test(text)
    ? failure("code_stopped", "The code waits for something that never happens.")
    : failure("code_stopped");
}

function failure(
  code: ToolFailureCode,
  message: string = TOOL_FAILURES[code].message,
): Extract<IsolateOutcome, { ok: false }> {
  return { ok: false, code, message, console: "" };
}
