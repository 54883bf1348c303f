/** What `npm start` does before there is a service: its key, its settings, its state folder. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ensureLocalKey, localKey, readDevVars } from "../../scripts/local-key.ts";
import { ensureConsole } from "../../scripts/console-build.ts";
import { isBuilt, workerFolder } from "../../scripts/local/build.ts";
import { hashSources } from "../../scripts/local/sources.ts";
import { isReady, lockState } from "../../scripts/local-state.ts";
import { failureText } from "../../scripts/service.ts";
import { localSettings, settingsFrom } from "../../scripts/settings.ts";

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

test("a .dev.vars that begins with a byte order mark or has lines of Windows is read as any other", () => {
  const root = folder();
  const own = "\u{feff}OPSPAWN_LOCAL_KEY=opsk_local_mine\r\nOPENAI_API_KEY=sk-1\r\n";
  writeFileSync(join(root, ".dev.vars"), own);
  expect(localKey(root)).toBe("opsk_local_mine");
  expect(ensureLocalKey(root)).toBe("opsk_local_mine");
  expect(readDevVars(root)["OPENAI_API_KEY"]).toBe("sk-1");
  expect(readFileSync(join(root, ".dev.vars"), "utf8")).toBe(own);
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

test("a state folder has no Worker until one is built into it", async () => {
  const state = folder();
  expect(isBuilt(state)).toBe(false);
  // The console is served from the checkout, so it has to be there too.
  await ensureConsole();
  mkdirSync(workerFolder(state));
  writeFileSync(join(workerFolder(state), "sources"), hashSources());
  expect(isBuilt(state)).toBe(true);
  writeFileSync(join(workerFolder(state), "sources"), "of other sources");
  expect(isBuilt(state)).toBe(false);
});

test("a state folder is one service's at a time, and an empty one is not ready", () => {
  const state = join(folder(), "state");
  expect(isReady(state, "opsk_local_x")).toBe(false);
  expect(lockState(state)).toBe(true);
  expect(lockState(state)).toBe(false);
  expect(lockState(join(folder(), "other"))).toBe(true);
});

test("a state folder that is a file is told in a sentence, by each program that uses it", () => {
  const state = join(folder(), "state");
  writeFileSync(state, "");
  const env = { ...process.env, OPSPAWN_STATE: state, OPSPAWN_URL: "", PORT: "18787" };
  const keys = ["scripts/keys.ts", "create", "--name=x", "--scopes=admin"];
  for (const args of [["scripts/start.ts", "--no-demo"], keys]) {
    const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
    expect([status, stderr.trim().split("\n")]).toEqual([1, [expect.stringContaining("EEXIST")]]);
    expect(stderr).toContain("cannot");
  }
});

test.each([
  ["SQLite", "e = workerd/util/sqlite.c++:1827: failed: database or disk is full: SQLITE_FULL"],
  ["esbuild", "✘ [ERROR] Failed to write to output file: write a.js: no space left on device"],
  ["Node", "Error: ENOSPC: no space left on device, write"],
])("a full disk that %s reports ends a start with a sentence", (_, line) => {
  const state = folder();
  writeFileSync(join(state, "start.log"), `before\n${line}\n    at a stack\n`);
  const text = failureText(state, "The service ended:");
  expect(text).toMatch(/^The disk of the state folder .* is full\. Free some space[^\n]*$/);
});

test("a Worker that does not build shows the error and no more", () => {
  const state = folder();
  const error =
    '✘ [ERROR] Build failed with 1 error:\n  ✘ [ERROR] Unexpected "="\n    custom.ts:1:30:';
  writeFileSync(join(state, "start.log"), `Using secrets\n▲ [WARNING] of another kind\n${error}\n`);
  expect(failureText(state, "It does not build:")).toBe(`It does not build:\n${error}`);
});

const canMount = spawnSync("/usr/bin/unshare", ["--map-root-user", "--mount", "true"]).status === 0;

test.skipIf(!canMount)("a start whose state folder cannot be written says so in a sentence", () => {
  const state = folder();
  const script = `mount -t tmpfs -o size=64k tmpfs ${state}; cat /dev/zero > ${state}/full 2>/dev/null; exec "$0" "$@"`;
  const start = [process.execPath, "scripts/start.ts", "--no-demo"];
  const { status, stderr } = spawnSync(
    "/usr/bin/unshare",
    ["--map-root-user", "--mount", "sh", "-c", script, ...start],
    {
      env: { ...process.env, OPSPAWN_STATE: join(state, "state"), PORT: "18788" },
      encoding: "utf8",
    },
  );
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^The disk of .* is full\. [^\n]*\n$/),
  ]);
});
