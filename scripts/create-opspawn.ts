#!/usr/bin/env node
/**
 * `npm create opspawn <folder>`: what `opspawn init` does, as a package of its own that
 * `create-opspawn/build.mjs` makes.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  CreateError,
  createProject,
  isTemplate,
  nextSteps,
  TEMPLATES,
} from "../sdk/src/cli/project/create.ts";

const USAGE = `Usage: npm create opspawn <folder> [-- --template name]

${Object.entries(TEMPLATES)
  .map(([name, what]) => `  ${name.padEnd(10)}${what}`)
  .join("\n")}
`;

process.exitCode = main(process.argv.slice(2));

/** Returns the exit code. */
function main(args: readonly string[]): number {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        template: { type: "string", short: "t", default: "starter" },
        packages: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    const [folder, ...more] = positionals;
    const { template } = values;
    if (values.help === true || folder === undefined || more.length > 0 || !isTemplate(template)) {
      console.error(USAGE);
      return values.help === true ? 0 : 2;
    }
    createProject({
      folder,
      template,
      templates: join(import.meta.dirname, "templates"),
      archives: values.packages ?? null,
    });
    console.log(nextSteps(folder));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error instanceof CreateError ? 1 : 2;
  }
}
