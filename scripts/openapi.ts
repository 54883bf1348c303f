/**
 * Writes `docs/openapi.json`, the document that the service serves at `/openapi.json`; with `--check`
 * only says whether the file is that document.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createApp } from "../src/api/app.ts";
import { apiDeps } from "../src/compose/api.ts";

const FILE = resolve(import.meta.dirname, "../docs/openapi.json");

const faults: unknown[] = [];
const observer = { count() {}, fault: (_name: string, error: unknown) => void faults.push(error) };
const env = {} as Env;
const app = createApp(() => apiDeps(env, observer));
const response = await app.request("http://127.0.0.1:8787/openapi.json", {}, env);
if (!response.ok || faults.length > 0) {
  throw new Error(`The document cannot be made: ${response.status}`, { cause: faults[0] });
}
const text = `${JSON.stringify(await response.json(), null, 2)}\n`;
if (process.argv.includes("--check")) {
  const operations = text.match(/"operationId": /g)?.length ?? 0;
  console.log(`${operations} operations`);
  if (readFileSync(FILE, "utf8") !== text) {
    console.error("docs/openapi.json is not what the service serves: run npm run openapi.");
    process.exitCode = 1;
  }
} else {
  writeFileSync(FILE, text);
}
