/** What a deployment makes of wrangler's words, and of its command line. */
import { expect, test } from "vitest";
import { cleanLogin, withoutLogin } from "../../scripts/deploy/login.ts";
import { forBuild, readOptions } from "../../scripts/deploy/options.ts";
import { isTaken, refusalOf } from "../../scripts/deploy/refusal.ts";
import {
  adminKeyIn,
  checkProviderKeys,
  checkOwnSecrets,
  missingSecrets,
} from "../../scripts/deploy/secrets.ts";
import { addressIn } from "../../scripts/deploy/steps.ts";
import type { Answer } from "../../scripts/deploy/wrangler.ts";

const API = "A request to the Cloudflare API (/accounts/0123/workers/scripts/opspawn) failed.";

/** As wrangler prints it. */
function failed(note: string, message = API): Answer {
  return {
    ok: false,
    stdout: "",
    stderr: `\n✘ [ERROR] ${message}\n\n  ${note}\n  \n  If you think this is a bug, please open an issue at: https://github.com/…\n`,
    entries: [{ type: "wrangler-session" }, { type: "command-failed", message }],
  };
}

test.each([
  ["CPU limits are not supported for the Free plan. [code: 100328]", /is on the free plan/],
  ["it's necessary to set a CLOUDFLARE_API_TOKEN environment variable", /is not logged in: run/],
  ["Authentication error [code: 10000]", /refuses this login/],
  ["Queue 'opspawn-tasks' already has a consumer. [code: 11004]", /read by another Worker/],
  ["or register a workers.dev subdomain here:", /no workers.dev subdomain yet/],
  ["More than one account available but unable to select one", /set CLOUDFLARE_ACCOUNT_ID/],
])("%s: one sentence that says what to do", (note, sentence) => {
  const error = refusalOf("Deploying the Worker", failed(note));
  expect(error.message).toMatch(sentence);
  expect(error.message).not.toContain("\n");
  expect(error.exitCode).toBe(2);
});

test("what nobody foresaw is told in wrangler's words, without its advice, and can be tried again", () => {
  const error = refusalOf("Deploying the Worker", failed("An unknown error. [code: 10013]"));
  expect(error.message).toBe(
    `Deploying the Worker failed: ${API} An unknown error. [code: 10013]. Run the same command again; it continues where it stopped.`,
  );
  expect(error.exitCode).toBe(1);
  const silent = refusalOf("It", { ok: false, stdout: "", stderr: "", entries: [] });
  expect(silent.message).toMatch(/^It failed: wrangler ended without a word\. Run/);
});

test("a queue or a database that somebody made in the meantime is no failure", () => {
  expect(isTaken(failed("Queue name 'x' is already taken. [code: 11009]"))).toBe(true);
  expect(isTaken(failed("", "A database with that name already exists"))).toBe(true);
  expect(isTaken(failed("Authentication error [code: 10000]"))).toBe(false);
});

test("a service's address is the first of wrangler's targets that is one", () => {
  const triggers = ["schedule: * * * * *", "Producer for opspawn-tasks"];
  expect(addressIn(["https://opspawn.me.workers.dev", ...triggers])).toBe(
    "https://opspawn.me.workers.dev",
  );
  expect(addressIn(["agents.example.com (custom domain)", ...triggers])).toBe(
    "https://agents.example.com",
  );
  expect(addressIn(["example.com/agents/*", ...triggers])).toBeNull();
});

test("a secret that is there is never replaced, and the sealing key is made once", () => {
  const env = { OPENAI_API_KEY: " sk-1 ", ANTHROPIC_API_KEY: "sk-2" };
  const first = missingSecrets(new Set(), ["OPENAI_API_KEY"], env);
  expect(Object.keys(first)).toEqual(["OPSPAWN_ENCRYPTION_KEY", "OPENAI_API_KEY"]);
  expect(first["OPENAI_API_KEY"]).toBe("sk-1");
  expect(Buffer.from(first["OPSPAWN_ENCRYPTION_KEY"] ?? "", "base64").byteLength).toBe(32);
  expect(missingSecrets(new Set(), [], env)).not.toEqual(missingSecrets(new Set(), [], env));
  expect(missingSecrets(new Set(Object.keys(first)), ["OPENAI_API_KEY"], env)).toEqual({});
  const own = { OPSPAWN_ENCRYPTION_KEY: "chosen" };
  expect(missingSecrets(new Set(), [], own)).toEqual(own);
});

test("a sealing key of one's own that the service would refuse is refused first, and not quoted", () => {
  const env = { OPSPAWN_ENCRYPTION_KEY: "too-short" };
  expect(() => checkOwnSecrets(env)).toThrow(
    /^The setting OPSPAWN_ENCRYPTION_KEY is wrong: [^"]+$/,
  );
  expect(() => checkOwnSecrets(env)).not.toThrow(/too-short/);
  expect(() => checkOwnSecrets({})).not.toThrow();
});

test("options are read strictly", () => {
  expect(readOptions(["--help"])).toBeNull();
  expect(readOptions(["--env", "staging", "--new-key"])).toMatchObject({
    environment: "staging",
    key: "new",
    tenant: "main",
  });
  for (const args of [["--tenant=A B"], ["--url=there"], ["--wait=soon"], ["stray"], ["--nope"]]) {
    expect(() => readOptions(args)).toThrow(/`npm run deploy -- --help`/);
  }
});

test.each([
  ["tok_0123456789\nx", "a line feed"],
  ["tok_0123456789\r\nevil: x", "a line feed"],
  ['"tok_0123456789"', "quotes"],
  ["'tok_0123456789'", "quotes"],
  ["Bearer tok_0123456789", "spaces"],
  ["tok_0123456789\u200b", "the character U+200B"],
  ["tok_0123456789\0", "the character U+0000"],
])("a credential pasted as %j is refused by its name, and never quoted", (pasted, fault) => {
  for (const name of ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_KEY"]) {
    expect(() => cleanLogin({ [name]: pasted })).toThrow(`${name} contains ${fault}`);
    expect(() => cleanLogin({ [name]: pasted })).not.toThrow(/0123456789/);
  }
  const env = { GOOGLE_API_KEY: pasted };
  expect(() => checkProviderKeys(["GOOGLE_API_KEY"], env)).toThrow(fault);
  expect(() => checkProviderKeys([], env)).not.toThrow();
});

test("what stands around a credential is removed, and a blank one is none", () => {
  const env = {
    CLOUDFLARE_API_TOKEN: " tok_1\r\n",
    CLOUDFLARE_ACCOUNT_ID: "\ufeff0123\n",
    HOME: " h ",
  };
  expect(cleanLogin(env)).toEqual({
    CLOUDFLARE_API_TOKEN: "tok_1",
    CLOUDFLARE_ACCOUNT_ID: "0123",
    HOME: " h ",
  });
  expect(cleanLogin({ CLOUDFLARE_API_TOKEN: "   " })).toEqual({ CLOUDFLARE_API_TOKEN: "" });
});

test("no credential is shown, whatever wrangler prints", () => {
  const env = { CLOUDFLARE_API_TOKEN: "tok_0123456789", CF_API_KEY: "key_0123456789" };
  const said =
    'Headers.set: "Bearer other_0123456789 evil: x" is invalid; tok_0123456789, key_0123456789';
  expect(withoutLogin(said, env)).toBe('Headers.set: "Bearer …" is invalid; …, …');
});

test("an account that is none is something to fix, not to try again", () => {
  const error = refusalOf("Listing the databases", failed("", 'Invalid account ID "0123"'));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("CLOUDFLARE_ACCOUNT_ID");
});

function options(...args: string[]): NonNullable<ReturnType<typeof readOptions>> {
  const read = readOptions(args);
  if (read === null) {
    throw new Error("There are no options.");
  }
  return read;
}

test("a build shows no key in its log unless one is asked for, and one at Cloudflare asks nothing", () => {
  const { key, yes } = forBuild(options(), {});
  expect([key, yes]).toEqual(["first", false]);
  expect(forBuild(options("--yes"), { CI: "true" })).toMatchObject({ key: "none", yes: true });
  expect(forBuild(options(), { WORKERS_CI: "1" })).toMatchObject({ key: "none", yes: true });
  expect(forBuild(options("--new-key"), { CI: "1" })).toMatchObject({ key: "new", yes: false });
});

test("an admin key of one's own is a secret of the Worker, in the place of a first key", () => {
  const env = { OPSPAWN_ADMIN_KEY: "0123456789abcdef0123456789abcdef" };
  expect(adminKeyIn(env)).toEqual(["OPSPAWN_ADMIN_KEY"]);
  expect(adminKeyIn({ OPSPAWN_ADMIN_KEY: " " })).toEqual([]);
  expect(missingSecrets(new Set(["OPSPAWN_ENCRYPTION_KEY"]), adminKeyIn(env), env)).toEqual(env);
  expect(() => checkOwnSecrets({ OPSPAWN_ADMIN_KEY: "too-short-to-be-safe" })).toThrow(
    "The setting OPSPAWN_ADMIN_KEY is wrong: it must have 32 characters or more, without spaces.",
  );
});
