#!/usr/bin/env node
/** The `opspawn` executable. */
import { configFileOf } from "./config.ts";
import { start } from "./start.ts";

await start("opspawn", process.argv.slice(2), {
  configFile: configFileOf(process.env),
  defaultKey: () => null,
});
