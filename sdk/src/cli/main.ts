#!/usr/bin/env node
/** The `opspawn` executable. In a project, it uses the key of the local service there. */
import { configFileOf } from "./config.ts";
import { installedProgram } from "./project/commands.ts";
import { localKeyIn } from "./project/local-key.ts";
import { start } from "./start.ts";

await start("opspawn", process.argv.slice(2), {
  configFile: configFileOf(process.env),
  defaultKey: () => localKeyIn(process.cwd()),
  projectProgram: (command) => installedProgram(process.cwd(), command),
});
