/** Reads definitions from JSON files, and creates or replaces what they name. */
import { APIError } from "../errors.ts";
import type { Call } from "./command.ts";
import type { Argument } from "./option.ts";
import { readInput, recordOf } from "./input.ts";
import { UsageError } from "./cli-env.ts";

/** A JSON file, or `-` for standard input. */
export const FILE: Argument = { name: "file" };

/** Fields that `get` prints and the service sets. A file may have them, so that `put` takes it back. */
const SET_BY_SERVICE: ReadonlySet<string> = new Set([
  "built_in",
  "created_at",
  "health",
  "source",
  "untrusted",
  "updated_at",
  "version",
]);

/**
 * Reads the definition in the file argument, without what the service sets and without nulls.
 * @throws UsageError unless it is JSON with a name
 */
export async function definitionIn<Definition extends { readonly name: string }>(
  { cli, args }: Call,
  what: string,
): Promise<Definition> {
  const file = args.word(FILE.name);
  const content = await readInput(cli, file);
  try {
    const definition = recordOf(JSON.parse(content));
    if (typeof definition["name"] === "string") {
      const own = Object.entries(definition).filter(
        ([name, value]) => value !== null && !SET_BY_SERVICE.has(name),
      );
      // The service validates the rest.
      return Object.fromEntries(own) as Definition;
    }
  } catch {
    // Reported below.
  }
  throw new UsageError(`${file} must contain ${what}.`);
}

/** Creates a resource, or replaces the one with its name. @param taken code if the name exists */
export async function put<Made>(
  create: () => Promise<Made>,
  replace: () => Promise<Made>,
  taken: string,
): Promise<Made> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof APIError && error.code === taken) {
      return replace();
    }
    throw error;
  }
}
