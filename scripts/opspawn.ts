/**
 * `npm run opspawn -- …`: the program `opspawn` as it is here, with the key that `npm start` made
 * where none is named. `npm run task -- "goal"` is its `run`. The profiles of `opspawn login` are
 * not looked at: what is tried out here should not reach a service elsewhere.
 */
import { start } from "../sdk/src/cli/start.ts";
import { join } from "node:path";
import { localKey, ROOT } from "./local-key.ts";

/** The repository is a project too: `opspawn dev` is `npm start`. */
const PROGRAMS = {
  dev: ["scripts/start.ts"],
  deploy: ["scripts/deploy.ts"],
  doctor: ["scripts/project/main.ts", "doctor"],
} as const;

await start("npm run opspawn --", process.argv.slice(2), {
  configFile: null,
  defaultKey: localKey,
  projectProgram: (command) =>
    PROGRAMS[command].map((word, i) => (i === 0 ? join(ROOT, word) : word)),
});
