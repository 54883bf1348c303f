/** Results on standard output: as text for people, or as JSON with the fields that are asked for. */
import type { Call } from "./command.ts";
import { jsonLine, jsonText } from "./json-line.ts";
import { suggestion } from "./suggest.ts";
import { EXIT, StateError } from "./cli-env.ts";

type Printing = Pick<Call, "cli" | "args">;

/** Prints one result. @returns the exit code */
export async function printResult<Value>(
  { cli, args }: Printing,
  value: Value,
  text: (value: Value) => string,
): Promise<number> {
  await cli.stdout.print(args.isJson ? jsonLine(selected(value, args.fields)) : text(value));
  return EXIT.completed;
}

/** Prints one result as JSON, so that it can be saved to a file. Indented without `--json`. */
export function printJson(call: Printing, value: unknown): Promise<number> {
  return printResult(call, value, jsonText);
}

/** Returns a result's line of JSON. @throws StateError for a field that it does not have */
export function lineOf({ args }: Pick<Call, "args">, value: unknown): string {
  return jsonLine(selected(value, args.fields));
}

/**
 * Returns the chosen fields under their own names; a path such as `usage.steps` leads into an
 * object. What is missing inside an object is null.
 */
function selected(value: unknown, fields: readonly string[]): unknown {
  return fields.length === 0
    ? value
    : Object.fromEntries(fields.map((field) => [field, fieldOf(value, field)]));
}

function fieldOf(value: unknown, path: string): unknown {
  const [first = "", ...rest] = path.split(".");
  const known = isRecord(value) ? Object.keys(value) : [];
  if (!isRecord(value) || !known.includes(first)) {
    throw new StateError(
      `There is no field ${first}.${suggestion(first, known)} The fields are ${known.join(", ")}.`,
    );
  }
  return rest.reduce<unknown>(
    (inside, name) => (isRecord(inside) ? (inside[name] ?? null) : null),
    value[first],
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
