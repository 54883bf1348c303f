/**
 * `npm run opspawn -- …`: the program `opspawn` as it is here, with the key that `npm start` made
 * where none is named. `npm run task -- "goal"` is its `run`. The profiles of `opspawn login` are
 * not looked at: what is tried out here should not reach a service elsewhere.
 */
import { start } from "../sdk/src/cli/start.ts";
import { localKey } from "./local-key.ts";

await start("npm run opspawn --", process.argv.slice(2), {
  configFile: null,
  defaultKey: localKey,
});
