/**
 * `npm run keys -- create`: makes an API key. Where OPSPAWN_URL is set the service there is asked,
 * with OPSPAWN_KEY; else the key is written into the local state, or asked for from the service
 * that serves it. The first key of a deployed service is SQL: `--sql`.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { outputOf } from "../sdk/src/cli/cli-env.ts";
import { explain } from "../sdk/src/cli/explain.ts";
import { exemptLoopback } from "../sdk/src/cli/loopback.ts";
import { Opspawn } from "../sdk/src/index.ts";
import { SCOPES, type Scope } from "../src/store/keys.ts";
import { localKey } from "./local-key.ts";
import { lockState, writeLocally } from "./local-state.ts";
import { makeKey, type KeyRequest } from "./new-key.ts";
import { DEFAULT_PORT } from "./welcome.ts";

const USAGE = `Usage: npm run keys -- create --name n --scopes "tasks:read tasks:write" [options]

  --tenant t      another tenant than that of the key which asks
  --expires time  when it ends, RFC 3339
  --sql           stores nothing; prints the SQL to stdout and the key to stderr, for the first key
                  of a deployed service: wrangler d1 execute opspawn --remote --file …

Scopes: ${SCOPES.join(", ")}. The key is printed once; what is stored is its hash.
OPSPAWN_URL and OPSPAWN_KEY name a service to ask; without, the key is for the local state.`;

/** Wrong use; its text is all that is shown. */
class UsageError extends Error {}

exemptLoopback();
try {
  await main();
} catch (error) {
  console.error(
    error instanceof UsageError
      ? `${error.message} \`npm run keys -- --help\` lists what there is.`
      : error instanceof Error && "syscall" in error
        ? `The state folder cannot be used: ${error.message}.`
        : explain(error),
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help === true) {
    console.log(USAGE);
    return;
  }
  const wanted = requestOf(options);
  if (options.sql === true) {
    const { key, sql } = makeKey(wanted);
    await print(sql);
    // To stderr, so that a redirected statement does not contain the key.
    console.error(key);
    return;
  }
  const url = process.env["OPSPAWN_URL"] || null;
  const made = url === null ? await madeLocally(wanted) : await asked(url, wanted);
  await print(made);
}

/** Prints a line. If it cannot be written, the program says so and ends with 1. */
async function print(line: string): Promise<void> {
  const stdout = outputOf(process.stdout);
  stdout.write(`${line}\n`);
  const failure = await stdout.flush();
  if (failure !== null) {
    console.error(`Cannot write the output: ${failure}.`);
    process.exitCode = 1;
  }
}

async function madeLocally(wanted: KeyRequest): Promise<string> {
  const state = resolve(process.env["OPSPAWN_STATE"] || ".wrangler/state");
  // One process at a time writes the database: if a service is running, ask it instead.
  if (!lockState(state)) {
    return asked(`http://127.0.0.1:${process.env["PORT"] || DEFAULT_PORT}`, wanted);
  }
  const { key, sql } = makeKey(wanted);
  if (!writeLocally(state, sql)) {
    throw new UsageError(`There is no state in ${state}: run \`npm start\` once.`);
  }
  return key;
}

async function asked(url: string, wanted: KeyRequest): Promise<string> {
  const key = process.env["OPSPAWN_KEY"]?.trim() || localKey();
  if (key === null) {
    throw new UsageError("There is no key to ask with: set OPSPAWN_KEY.");
  }
  return (await new Opspawn({ url, key }).keys.create(wanted)).key;
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        name: { type: "string" },
        scopes: { type: "string" },
        tenant: { type: "string" },
        expires: { type: "string" },
        sql: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return { ...values, what: positionals.join(" ") };
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]}.`);
  }
}

function requestOf({ what, name, scopes, tenant, expires }: ReturnType<typeof readOptions>) {
  if (what !== "create") {
    throw new UsageError("Say what to do: create.");
  }
  if (name === undefined || name.trim() === "") {
    throw new UsageError("--name says what the key is for.");
  }
  const listed = (scopes ?? "").split(/[\s,]+/).filter((scope) => scope !== "");
  const known = listed.filter(isScope);
  const unknown = listed.find((scope) => !isScope(scope));
  if (listed.length === 0 || unknown !== undefined) {
    throw new UsageError(
      unknown === undefined ? "--scopes says what it may do." : `There is no scope ${unknown}.`,
    );
  }
  if (expires !== undefined && Number.isNaN(Date.parse(expires))) {
    throw new UsageError(`--expires must be a time, and it is ${expires}.`);
  }
  return {
    name,
    scopes: known,
    ...(tenant === undefined ? {} : { tenant }),
    ...(expires === undefined ? {} : { expires_at: new Date(expires).toISOString() }),
  } satisfies KeyRequest;
}

function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}
