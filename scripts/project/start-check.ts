/**
 * Starts a Worker once, without a request, and says in a sentence with file and line why it does not
 * start: a definition that is refused, code that throws at import.
 */
import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { basename, dirname, relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { readDevVars, ROOT } from "../local-key.ts";
import { settingsFrom } from "../settings.ts";
import { BuildError, buildWorker, type LocalWorker } from "../local/worker.ts";
import type { Finding } from "./doctor.ts";
import { loadMiniflare } from "./wrangler-parts.ts";

/** What is started. */
export interface StartCheck {
  /** Path of the wrangler configuration. */
  readonly config: string;
  /** A folder for the bundle. */
  readonly folder: string;
  /** Matches the paths of sources that are not the project's own. */
  readonly notOwn: RegExp;
}

/** Returns why the Worker does not start; empty if it does. */
export async function startProblems({ config, folder, notOwn }: StartCheck): Promise<Finding[]> {
  let worker: LocalWorker;
  try {
    worker = await buildWorker(config, folder);
  } catch (error) {
    if (error instanceof BuildError) {
      return [{ problem: error.message.trim(), add: null }];
    }
    throw error;
  }
  const output = await startOutput(worker);
  const problem = output === null ? null : startSentence(output, worker.script, notOwn);
  return problem === null ? [] : [{ problem, add: null }];
}

/** Returns what the runtime prints about a Worker that does not start; null for one that does. */
export async function startOutput({ script, options, vars }: LocalWorker): Promise<string | null> {
  const { convertV4MiniflareOptions, Miniflare, Log, LogLevel } = loadMiniflare();
  const lines: string[] = [];
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ message }) => lines.push(message),
      workers: [
        {
          ...options,
          bindings: { ...vars, ...settingsFrom(readDevVars(), {}) },
          modulesRoot: dirname(script),
          modules: [{ type: "ESModule", path: script }],
        },
      ],
    }),
  );
  try {
    await runtime.ready;
    return null;
  } catch (error) {
    return [...lines, String(error)].join("\n");
  } finally {
    await runtime.dispose().catch(() => null);
  }
}

/**
 * Returns one sentence about an error of the start, with the project's own file and line; null if the
 * output names none.
 */
export function startSentence(output: string, script: string, notOwn: RegExp): string | null {
  // Miniflare quotes the runtime's structured log, in which lines end with an escape.
  const text = stripVTControlCharacters(output).replaceAll(String.raw`\n`, "\n");
  const found =
    /Uncaught (?:Error: )?(?<name>\w+): (?<message>[^\n]*)(?<stack>(?:\n\s+at [^\n]+)*)/.exec(text);
  if (found?.groups === undefined) {
    return null;
  }
  const { name = "", message = "", stack = "" } = found.groups;
  const place = ownPlace(stack, script, notOwn);
  const sentence =
    name === "DefinitionError"
      ? message
      : `This throws when the Worker starts: ${name}: ${message}`;
  return place === null ? sentence : `${place}: ${sentence}`;
}

/** Returns the first place of a stack that is in the project's own code, as `src/plan.ts:12`. */
function ownPlace(stack: string, script: string, notOwn: RegExp): string | null {
  const map = new SourceMap(JSON.parse(readFileSync(`${script}.map`, "utf8")) as SourceMapPayload);
  for (const [, file = "", line, column] of stack.matchAll(/([\w./-]+):(\d+):(\d+)/g)) {
    if (basename(file) !== basename(script)) {
      continue;
    }
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    if ("originalSource" in entry) {
      const source = relative(ROOT, resolve(dirname(script), entry.originalSource));
      if (!notOwn.test(source)) {
        return `${source}:${entry.originalLine + 1}`;
      }
    }
  }
  return null;
}
