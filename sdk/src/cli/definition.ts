/** Reads definitions from JSON files, and creates or replaces what they name. */
import { APIError } from "../errors.ts";
import type { Call } from "./command.ts";
import type { Argument } from "./option.ts";
import { readInput } from "./input.ts";
import { UsageError } from "./cli-env.ts";

/** A JSON file, or `-` for standard input. */
export const FILE: Argument = { name: "file" };

/** Reads the definition in the file argument. @throws UsageError unless it is JSON with a name */
export async function definitionIn<Definition extends { readonly name: string }>(
  { cli, args }: Call,
  what: string,
): Promise<Definition> {
  const file = args.word(FILE.name);
  const content = await readInput(cli, file);
  try {
    const definition = JSON.parse(content) as Definition;
    if (typeof definition.name === "string") {
      // The service validates the rest.
      return definition;
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
