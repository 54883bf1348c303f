/** What a deployment is about to do, as lines to read. */
import { SEALING } from "./secrets.ts";
import type { Found } from "./account.ts";
import type { Options } from "./options.ts";
import type { Target } from "./target.ts";

/** In execution order. `found` is null if the account could not be read. */
export function planOf(
  target: Target,
  found: Found | null,
  secrets: readonly string[],
  { key }: Options,
): string[] {
  const { worker, database, queues } = target;
  const isThere =
    found === null ? () => undefined : (name: string) => found.secrets?.has(name) ?? false;
  return [
    row(`database ${database}`, state(found?.database)),
    ...queues.map((name) => row(`queue ${name}`, state(found?.queues.has(name)))),
    row("migrations of the database", "those that it lacks"),
    row(`Worker ${worker}`, workerState(found)),
    ...[SEALING, ...secrets].map((name) => row(`secret ${name}`, state(isThere(name)))),
    ...(key === "none"
      ? []
      : [row("key with all scopes", key === "new" ? "made" : "made, unless there is one")]),
  ];
}

function workerState(found: Found | null): string {
  if (found === null) {
    return "made or updated";
  }
  return found.secrets === null ? "made" : "updated";
}

function state(there: boolean | undefined): string {
  if (there === undefined) {
    return "made, unless it is there";
  }
  return there ? "is there" : "made";
}

function row(what: string, becomes: string): string {
  return `  ${what.padEnd(40)}${becomes}`;
}
