/** What `npm start` does before there is a service: its key, its settings, its state folder. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { unstable_getVarsForDev as varsForDev } from "wrangler";
import { ensureLocalKey, localKey, readDevVars } from "../../scripts/local-key.ts";
import { isReady, lockState } from "../../scripts/local-state.ts";
import { envFileText, localSettings, settingsFrom } from "../../scripts/settings.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "opspawn-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test("the local key is made once, for its owner only", () => {
  const root = folder();
  expect(localKey(root)).toBeNull();
  const key = ensureLocalKey(root);
  expect(key).toMatch(/^opsk_local_[\w-]{32}$/);
  expect(ensureLocalKey(root)).toBe(key);
  expect(localKey(root)).toBe(key);
  expect(statSync(join(root, ".dev.vars")).mode & 0o777).toBe(0o600);
  expect(ensureLocalKey(folder())).not.toBe(key);
});

test("a .dev.vars of the owner keeps every line, and a key in it is used", () => {
  const root = folder();
  const file = join(root, ".dev.vars");
  const own = "# mine\nOPENAI_API_KEY='sk-1 # not a comment'\nOPSPAWN_LOCAL_KEY=";
  writeFileSync(file, own, { mode: 0o644 });
  const key = ensureLocalKey(root);
  expect(readFileSync(file, "utf8")).toBe(`${own}\nOPSPAWN_LOCAL_KEY=${key}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readDevVars(root)["OPENAI_API_KEY"]).toBe("sk-1 # not a comment");

  writeFileSync(file, 'OPSPAWN_LOCAL_KEY="opsk_local_chosen"\n');
  expect(ensureLocalKey(root)).toBe("opsk_local_chosen");
});

test("settings of the environment reach the service and win over the file's; nothing else does", () => {
  const file = { OPENAI_API_KEY: "file", MY_OWN: "kept", OPSPAWN_LOCAL_KEY: "secret" };
  const environment = {
    OPENAI_API_KEY: "environment",
    OPENAI_API: "chat",
    GOOGLE_BASE_URL: "http://127.0.0.1:1",
    OPSPAWN_RETRY_BASE_MS: "5",
    OPSPAWN_DEFAULT_MODEL: "",
    OPSPAWN_STATE: "folder",
    OPSPAWN_URL: "url",
    OPSPAWN_KEY: "secret",
    OPENAI_API_KEY_OF_SOMEBODY: "no",
    PATH: "/bin",
  };
  expect(settingsFrom(file, environment)).toEqual({
    OPENAI_API_KEY: "environment",
    MY_OWN: "kept",
    OPENAI_API: "chat",
    GOOGLE_BASE_URL: "http://127.0.0.1:1",
    OPSPAWN_RETRY_BASE_MS: "5",
  });
});

test("a service on this machine is called by this machine's names, unless it is told others", () => {
  expect(localSettings(8080, {}, {})).toEqual({
    OPSPAWN_HOSTS: "127.0.0.1:8080,localhost:8080,[::1]:8080",
  });
  const environment = { OPSPAWN_HOSTS: "box.example", OPENAI_API: "chat" };
  expect(localSettings(8080, {}, environment)).toEqual(environment);
});

test("wrangler reads from the settings file what was written to it, whatever the value", () => {
  const settings = {
    PLAIN: "sk-abc_123",
    DOLLARS: String.raw`a$PLAIN\$b$${"{PLAIN}"}$`,
    JSON: '{"ollama": {"base_url": "http://127.0.0.1:11434/v1#x"}}',
    APOSTROPHE: "it's",
    BOTH: `'a' and "b"`,
    LINES: "one\ntwo 'three'",
    SPACES: "  around  ",
    BACKSLASH: "ends in \\",
    EQUALS: "a=b=c",
    AFTER: "last",
  };
  const root = folder();
  const file = join(root, "start.env");
  writeFileSync(file, envFileText(settings));
  const read = varsForDev(join(root, "wrangler.toml"), [file], {}, undefined, true);
  expect(Object.fromEntries(Object.entries(read).map(([k, { value }]) => [k, value]))).toEqual(
    settings,
  );
});

test("a setting that cannot be passed on as it is is refused by name, without its value", () => {
  expect(() => envFileText({ OPENAI_API_KEY: "# ' and `" })).toThrow(
    /^The setting OPENAI_API_KEY holds/,
  );
});

test("a state folder is one service's at a time, and an empty one is not ready", () => {
  const state = join(folder(), "state");
  expect(isReady(state, "opsk_local_x")).toBe(false);
  expect(lockState(state)).toBe(true);
  expect(lockState(state)).toBe(false);
  expect(lockState(join(folder(), "other"))).toBe(true);
});
