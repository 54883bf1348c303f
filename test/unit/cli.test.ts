/** The command line against a small real server: what it takes, what it says, how it ends. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { Readable } from "node:stream";
import { text as streamText } from "node:stream/consumers";
import { expect, onTestFinished, test, vi } from "vitest";
import { runCli } from "../../sdk/src/cli/cli.ts";
import { ParsedArgs } from "../../sdk/src/cli/parsed-args.ts";
import { namesOf } from "../../sdk/src/cli/command.ts";
import { COMMANDS } from "../../sdk/src/cli/commands.ts";
import { addressOf } from "../../sdk/src/cli/connection.ts";
import { exemptLoopback } from "../../sdk/src/cli/loopback.ts";
import { Questions } from "../../sdk/src/cli/questions.ts";
import { tableOf } from "../../sdk/src/cli/table.ts";
import { OutputClosed } from "../../sdk/src/cli/cli-env.ts";
import { cli, cliEnvOf, envOf } from "../cli.ts";
import { eventsOf, type Said } from "../task-events.ts";
import { fakeService, problem, type Answer, type Asked, type Fake } from "../fake-service.ts";

const TASK = {
  id: "task_1",
  status: "completed",
  waiting_for: null,
  created_at: "2026-11-24T12:00:00.000Z",
  input_data: { goal: "A goal that is much longer than what a narrow terminal has room for" },
  name: null,
};

function answering(body: unknown, status = 200): Promise<Fake> {
  return fakeService([], () => ({ status, body }));
}

/** The keys that were shown to it, in order. */
function shown({ requests }: Fake): unknown[] {
  return requests.map(({ headers }) => headers["authorization"]);
}

/** Output whose reader has left. */
async function gone(): Promise<void> {
  throw new OutputClosed();
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "opspawn-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test.each([
  [["rnu"], "Unknown command: rnu. Did you mean run?"],
  [["agnets", "list"], "Unknown command: agnets. Did you mean agents?"],
  [["xyzzy"], "Unknown command: xyzzy. Run `opspawn"],
  [["delete", "task_1"], "Unknown command: delete. Did you mean tasks delete?"],
  [["rm", "task_1"], "Unknown command: rm. Did you mean tasks delete?"],
  [["status", "task_1"], "Unknown command: status. Did you mean get?"],
  [["webhook"], "Unknown command: webhook. Did you mean webhooks?"],
  [["agents", "dleete"], "Unknown command: agents dleete. Did you mean agents delete?"],
  [
    ["agents", "lsit"],
    "There are agents list, agents get, agents put, agents versions, agents delete.",
  ],
  [["run", "x", "--idempotency-key", "語"], "--idempotency-key must be 1 to 255 ASCII characters."],
  [["run", "x", "--idempotency-key", " "], "--idempotency-key must be 1 to 255 ASCII characters."],
  [
    ["run", "x", "--idempotency-key", "a\nb"],
    "--idempotency-key must be 1 to 255 ASCII characters.",
  ],
  [["agents", "put", "/nowhere/a.json"], "Cannot read /nowhere/a.json: there is no such file."],
  [["--json", "ls"], "The command must come before --json."],
  [["get"], "tasks get needs <task>."],
  [["ls", "extra"], 'tasks list takes no argument, but got "extra".'],
  [["ls", "--nope"], "Unknown option '--nope'. Run `opspawn"],
  [["ls", "--stauts", "pending"], "Unknown option '--stauts'. Did you mean --status?"],
  [["run", "x", "--max-step", "3"], "Unknown option '--max-step'. Did you mean --max-steps?"],
  [["ls", "-x"], "Unknown option '-x'. Run `opspawn"],
  [["ls", "-s", "complete"], "but is complete. Did you mean completed?"],
  [["ls", "--json=id,"], "--json takes field names, such as --json=id,status, but got id,."],
  [["ls", "--status", "done"], "--status must be one of pending, running, waiting, completed,"],
  [["ls", "--limit", "0"], "--limit must be a whole number of at least 1, but is 0."],
  [["run", "x", "--max-cost", "much"], "--max-cost must be a number of at least 0, but is much."],
  [["run", "x", "--config", "{"], "--config must be JSON, but is {."],
  [["run", "x", "--config", "[]"], "--config must be a JSON object."],
  [["run"], "Missing goal: pass it as an argument or pipe it in."],
  [["limits", "task_1"], "Set at least one limit: --max-steps,"],
  [["completion", "tcsh"], "No completion for tcsh: choose one of bash, zsh, fish."],
  [["help", "rnu"], "Unknown command: rnu. Did you mean run?"],
  [["keys", "create", "--name", "x"], "A key needs --name and --scopes."],
])("%s is refused in a sentence, and nothing is sent", async (args, sentence) => {
  const { code, out, err } = await cli(args, { env: { OPSPAWN_KEY: "k" } });
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(sentence);
  const words = [args.slice(0, 2).join(" "), args[0] ?? ""];
  const names = new Set(COMMANDS.flatMap(namesOf));
  const typed = words.find((one) => names.has(one));
  expect(err).toContain(`\`opspawn ${typed === undefined ? "" : `${typed} `}--help\``);
});

test.each([[["help", "tools"]], [["tools", "--help"]], [["tools", "-h"]]])(
  "%s lists the commands of that word, and no others",
  async (args) => {
    const { code, out } = await cli(args);
    expect(code).toBe(0);
    expect(out).toContain("tools get <name>");
    expect(out).not.toContain("agents list");
  },
);

test("a noun with one command shows its options, and others say what the noun alone does", async () => {
  expect((await cli(["inbox", "--help"])).out).toContain("--kind kind");
  expect((await cli(["agents", "--help"])).out).toContain("`agents` alone is `agents list`.");
});

test("every command is in the overview, has help of its own, and fits into 80 columns", async () => {
  const overview = await cli(["--help"]);
  expect(overview.code).toBe(0);
  for (const command of COMMANDS) {
    const [noun = "", verb] = command.name.split(" ");
    const about =
      verb === undefined ? `  ${noun}` : new RegExp(`^  ${noun} [^]*?\\b${verb}\\b`, "m");
    expect(overview.out).toEqual(expect.stringMatching(about));
    const { code, out } = await cli([...command.name.split(" "), "--help"]);
    expect(code, command.name).toBe(0);
    for (const { name } of command.options) {
      expect(out, command.name).toContain(`--${name}`);
    }
    expect((await cli(["help", ...command.name.split(" ")])).out).toBe(out);
    expect(Math.max(...out.split("\n").map((line) => line.length)), out).toBeLessThanOrEqual(80);
  }
  expect(Math.max(...overview.out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(88);
  expect((await cli([])).code).toBe(2);
  for (const word of ["--version", "-v", "-V", "version"]) {
    expect((await cli([word])).out, word).toMatch(/^\d+\.\d+\.\d+\n$/);
  }
});

/** What bash would offer at the end of these words. */
function completed(script: string, ...words: readonly string[]): string[] {
  const program = `${script}\nCOMP_WORDS=(opspawn "$@"); COMP_CWORD=$#; _opspawn; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync("bash", ["-c", program, "bash", ...words], { encoding: "utf8" });
  return out.split("\n").filter((line) => line !== "");
}

test("bash completes commands, their second words and their options, of each command its own", async () => {
  const { out } = await cli(["completion", "bash"]);
  expect(completed(out, "")).toContain("run");
  expect(completed(out, "ag")).toEqual(["agents"]);
  expect(completed(out, "agents", "p")).toEqual(["put"]);
  expect(completed(out, "run", "--max-s")).toEqual(["--max-steps"]);
  expect(completed(out, "keys", "create", "--sc")).toEqual(["--scopes"]);
  expect(completed(out, "ls", "--max-s")).toEqual([]);
  expect(completed(out, "ls", "--sta")).toEqual(["--status"]);
  expect(completed(out, "ls", "--status", "comp")).toEqual(["completed"]);
  expect(completed(out, "tasks", "lim")).toEqual(["limits"]);
  expect(completed(out, "webhooks", "re")).toEqual(["redeliver"]);
  expect(completed(out, "ap")).toEqual(["approve", "api", "apply"]);
});

test("the scripts for zsh and fish name every command and option", async () => {
  for (const shell of ["zsh", "fish"]) {
    const { out } = await cli(["completion", shell]);
    for (const { name, aliases = [], options } of COMMANDS) {
      for (const word of name.split(" ")) {
        expect(out, shell).toContain(word);
      }
      for (const option of options) {
        expect(out, shell).toContain(option.name);
      }
      for (const alias of aliases.flatMap((one) => one.split(" "))) {
        expect(out, shell).toContain(alias);
      }
    }
  }
});

test("an option goes before the environment, that before the profile, and that before the default", async () => {
  const file = join(folder(), "config.json");
  const [flag, env, profile] = [
    await answering(TASK),
    await answering(TASK),
    await answering(TASK),
  ];
  const profiles = { default: { url: profile.url, key: "opsk_profile" } };
  writeFileSync(
    file,
    JSON.stringify({ profiles: { ...profiles, other: { ...profiles.default } } }),
  );
  const get = (args: readonly string[], set: Record<string, string>) =>
    cli(["get", "task_1", "--json", ...args], { env: set, configFile: file });
  expect((await get([], {})).code).toBe(0);
  expect((await get([], { OPSPAWN_URL: env.url, OPSPAWN_KEY: "opsk_env" })).code).toBe(0);
  await get(["--url", flag.url], { OPSPAWN_URL: env.url, OPSPAWN_KEY: "opsk_env" });
  await get(["--profile", "other"], { OPSPAWN_URL: env.url, OPSPAWN_KEY: "opsk_env" });
  expect([shown(flag), shown(env), shown(profile)]).toEqual([
    ["Bearer opsk_env"],
    ["Bearer opsk_env"],
    ["Bearer opsk_profile", "Bearer opsk_profile"],
  ]);
  expect((await get(["--profile", "none"], {})).err).toContain("Unknown profile none");
  const { env: bare } = cliEnvOf({ env: { OPSPAWN_KEY: "k" } });
  const parsed = new ParsedArgs({ name: "ls", arguments: [], options: [] }, []);
  expect(addressOf(bare, parsed)).toEqual({ url: "http://127.0.0.1:8787", key: "k" });
});

test("a profile's key is not sent to another address than its own", async () => {
  const file = join(folder(), "config.json");
  writeFileSync(file, JSON.stringify({ profiles: { default: { url: "http://own", key: "k" } } }));
  const elsewhere = await answering(TASK);
  const { code, err } = await cli(["get", "task_1", "--url", elsewhere.url], { configFile: file });
  expect([code, elsewhere.requests]).toEqual([2, []]);
  expect(err).toContain("No API key");
});

test("login keeps a key that works, for its owner only, beside other profiles, and shows it to nobody", async () => {
  const file = join(folder(), "deep", "opspawn", "config.json");
  const fake = await answering({ data: [], total: 0, next_cursor: null });
  const around = { configFile: file, stdin: "opsk_secret\n" };
  const first = await cli(["login", "--url", fake.url], around);
  expect(first.code, first.err).toBe(0);
  expect(first.out + first.err).not.toContain("opsk_secret");
  await cli(["login", "--url", `${fake.url}/`, "--profile", "two"], around);
  const profile = { url: fake.url, key: "opsk_secret" };
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
    profiles: { default: profile, two: profile },
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(fake.requests).toMatchObject([
    { line: "GET /api/v1/tasks?limit=1", headers: { authorization: "Bearer opsk_secret" } },
    {},
  ]);
});

test("login keeps nothing where the key is refused, and says so where the file is not its own", async () => {
  const file = join(folder(), "config.json");
  const fake = await fakeService([], () => problem(401, "unauthorized"));
  const args = ["login", "--url", fake.url];
  expect((await cli(args, { configFile: file, stdin: "bad" })).code).toBe(2);
  expect(() => statSync(file)).toThrow("ENOENT");
  expect((await cli(args, { configFile: file, stdin: " \n" })).err).toContain("No key entered.");
  writeFileSync(file, "{}");
  expect((await cli(["ls"], { configFile: file })).err).toContain("not a valid profile file");
});

test("a submission says what the options say, and its goal may come from a pipe", async () => {
  const fake = await answering({ ...TASK, status: "pending" }, 201);
  const options = ["--agent", "a", "--model", "m/x", "--planner", "react", "--max-steps", "3"];
  const more = ["--tools", "calculator, wait", "--max-cost", "0.5", "--metadata", '{"team":"ops"}'];
  const config = ["--config", '{"policy":{"deny":["x"]}}', "--input", '{"context":{"a":1}}'];
  const args = ["run", "Add", "two", "--detach", ...options, ...more, ...config];
  expect(await cli(args, { env: envOf(fake) })).toMatchObject({ code: 0, out: "task_1\n" });
  await cli(["run", "--detach"], { env: envOf(fake), stdin: "  piped goal\n" });
  expect(fake.requests.map(({ body }) => body)).toEqual([
    {
      input_data: { context: { a: 1 }, goal: "Add two" },
      agent: "a",
      agent_config: {
        policy: { deny: ["x"] },
        model: "m/x",
        planner: "react",
        tools: ["calculator", "wait"],
      },
      limits: { max_steps: 3, max_cost_usd: 0.5 },
      metadata: { team: "ops" },
    },
    { input_data: { goal: "piped goal" } },
  ]);
});

test("what people say to a run is sent as they said it", async () => {
  const fake = await answering({ ...TASK, status: "running" }, 202);
  const around = { env: envOf(fake) };
  await cli(["approve", "task_1", "call_2", "--arguments", '{"a":2}', "--comment", "yes"], around);
  await cli(["deny", "task_1", "call_2"], around);
  await cli(["send", "task_1", "go", "on"], around);
  await cli(["send", "task_1"], { ...around, stdin: "from a pipe\n" });
  await cli(["send", "task_1", "--call", "c", "--key", "k", "--data", '{"x":1}'], around);
  await cli(["limits", "task_1", "--max-tokens", "9"], around);
  const { out } = await cli(["cancel", "task_1", "--reason", "enough"], around);
  expect(out).toBe("task_1 running\n");
  expect(
    fake.requests.map(({ line, body }) => [line.replace("/api/v1/tasks/task_1", ""), body]),
  ).toEqual([
    ["POST /approvals/call_2", { decision: "approve", arguments: { a: 2 }, comment: "yes" }],
    ["POST /approvals/call_2", { decision: "deny" }],
    ["POST /messages", { content: "go on" }],
    ["POST /messages", { content: "from a pipe" }],
    ["POST /messages", { data: { x: 1 }, call_id: "c", key: "k" }],
    ["PATCH /limits", { max_tokens: 9 }],
    ["POST /cancel", { reason: "enough" }],
  ]);
  expect((await cli(["send", "task_1"], around)).err).toContain("Missing message");
});

const WAITS = {
  task_id: "task_1",
  name: null,
  goal: "Pay",
  agent: "default",
  for: "approval",
  since: "2026-11-24T12:00:00.000Z",
  until: "2026-11-25T12:00:00.000Z",
  on_expiry: "deny",
  kind: "approval",
  call_id: "call_7",
  tool: "pay",
  arguments: { eur: 5 },
  seq: 4,
};

const inboxOrTask = ({ line }: Asked) =>
  line.startsWith("GET") ? { data: [WAITS], next_cursor: null } : TASK;

test.each([
  [["approve"], "/api/v1/inbox?kind=approval&limit=6", "approved"],
  [["deny", "task_1"], "/api/v1/inbox?task_id=task_1&kind=approval&limit=6", "denied"],
])("%j decides on the only pending call, and says which", async (argv, inbox, decided) => {
  const fake = await fakeService([], (asked) => ({ status: 200, body: inboxOrTask(asked) }));
  const { out, err } = await cli(argv, { env: envOf(fake) });
  expect([out, err]).toEqual(["task_1 completed\n", `${decided}: pay {"eur":5}\n`]);
  expect(fake.requests.map(({ line, body: sent }) => [line, sent])).toEqual([
    [`GET ${inbox}`, null],
    ["POST /api/v1/tasks/task_1/approvals/call_7", { decision: argv[0] }],
  ]);
});

test("of several pending calls, or of none, nothing is decided", async () => {
  const two = [WAITS, { ...WAITS, task_id: "task_2", call_id: "a b" }];
  const several = await answering({ data: two, next_cursor: null });
  const { code, err } = await cli(["approve"], { env: envOf(several) });
  expect([code, err]).toEqual([2, expect.stringMatching(/\n {2}task_2 'a b' {2}pay\n$/)]);
  const none = await answering({ data: [], next_cursor: null });
  const missed = await cli(["deny", "task_3"], { env: envOf(none) });
  expect([missed.code, missed.err]).toEqual([2, "No call of task_3 waits for approval.\n"]);
  expect([several, none].flatMap(({ requests }) => requests).map(({ line }) => line[0])).toEqual([
    "G",
    "G",
  ]);
});

test("the inbox lists what waits, by kind and order, and as JSON", async () => {
  const budget = { ...WAITS, kind: "budget", call_id: undefined, until: null, limit: "max_tokens" };
  const fake = await answering({ data: [WAITS, budget], next_cursor: null });
  const { out } = await cli(["inbox", "-k", "approval", "-o", "expiry"], { env: envOf(fake) });
  expect(out).toContain('2026-11-25T12:00:00Z  call_7  pay {"eur":5}');
  expect(out).toMatch(/budget .* never .* the limit max_tokens is reached/);
  const json = await cli(["inbox", "--json=task_id,call_id"], { env: envOf(fake) });
  expect(json.out.split("\n")[0]).toBe('{"task_id":"task_1","call_id":"call_7"}');
  expect(fake.requests.map(({ line }) => line)).toEqual([
    "GET /api/v1/inbox?kind=approval&order=expiry&limit=20",
    "GET /api/v1/inbox?limit=20",
  ]);
});

test("whoami tells the service, the tenant and what the key permits, not its secret", async () => {
  const key = {
    id: "key_1",
    tenant: "acme",
    name: "ops",
    scopes: ["tasks:read", "tasks:write"],
    expires_at: null,
  };
  const fake = await answering(key);
  const { out } = await cli(["whoami"], { env: envOf(fake) });
  expect(out).toContain("acme");
  expect(out).toContain("tasks:read tasks:write");
  expect(out).toContain(fake.url);
  expect(out).not.toContain(envOf(fake)["OPSPAWN_KEY"]);
});

test("a list fits the terminal, is whole in a pipe, and asks for no more than it shows", async () => {
  const pages = (asked: Asked): Answer => ({
    status: 200,
    body: { data: [TASK, TASK], next_cursor: asked.line.includes("cursor") ? null : "2" },
  });
  const fake = await fakeService([], pages);
  const around = { env: envOf(fake) };
  for (const columns of [40, 80]) {
    const { out } = await cli(["ls"], { ...around, columns });
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(5);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    expect(lines[1]).toMatch(/^task_1 .*…$/);
  }
  expect((await cli(["ls"], around)).out).toContain(TASK.input_data.goal);
  fake.requests.length = 0;
  const { out } = await cli(["ls", "--limit", "2", "--json"], around);
  expect(out).toBe(`${JSON.stringify(TASK)}\n`.repeat(2));
  expect(fake.requests.map(({ line }) => line)).toEqual(["GET /api/v1/tasks?limit=2"]);
});

test("an empty list says so on a terminal only", async () => {
  vi.stubEnv("TERM", "xterm");
  onTestFinished(() => void vi.unstubAllEnvs());
  const around = { env: envOf(await answering({ data: [], next_cursor: null })) };
  const quiet = { code: 0, out: "", err: "" };
  expect(await cli(["inbox"], { ...around, columns: 80 })).toEqual({
    ...quiet,
    err: "The list is empty.\n",
  });
  expect(await cli(["inbox"], around)).toEqual(quiet);
  expect(await cli(["inbox", "--json"], { ...around, columns: 80 })).toEqual(quiet);
});

test("in a table that is too wide the last column gives way, then the widest, and ids stay whole", () => {
  const head = ["KEY", "STATE", "NAME", "SCOPES"];
  const row = ["key_01a20da7-a860-756c-8001-462f1f826fe6", "valid", "n".repeat(40), "s".repeat(40)];
  const terminal = { isTTY: true, columns: 80, write: () => undefined };
  const [, line = ""] = tableOf(terminal, head, [row]).split("\n");
  expect(line).toMatch(/^key_01a20da7-a860-756c-8001-462f1f826fe6 {2}valid {2}n{20}… {2}s{7}…$/);
  expect(line).toHaveLength(80);
  expect(tableOf({ write: () => undefined }, head, [row])).toContain(row.join("  "));
});

test.each([
  [1, false, "1 task matches. To cancel it, add --yes.\ntask_1\n"],
  [1, true, "1 or more tasks match. To cancel them, add --yes.\ntask_1\n"],
  [2, false, "2 tasks match. To cancel them, add --yes.\ntask_1\n"],
])("without --yes, %i tasks (more: %s) are counted, and it says how to go on", async (...row) => {
  const [count, has_more, text] = row;
  const body = { dry_run: true, count, has_more, confirm: "c", data: [{ id: "task_1" }] };
  const fake = await fakeService([], () => ({ status: 200, body: { ...body, next_cursor: null } }));
  expect((await cli(["tasks", "cancel-many"], { env: envOf(fake) })).out).toBe(text);
  expect(fake.requests).toHaveLength(1);
});

test("an agent is put from a file: made, or where it is there, given a new version", async () => {
  const file = join(folder(), "agent.json");
  const agent = { name: "a", config: { tools: ["calculator"] } };
  writeFileSync(file, JSON.stringify(agent));
  const fake = await fakeService([], ({ line }) =>
    line.startsWith("POST")
      ? problem(409, "agent_exists")
      : { status: 200, body: { ...agent, version: 2 } },
  );
  const around = { env: envOf(fake) };
  expect(await cli(["agents", "put", file], around)).toMatchObject({
    code: 0,
    out: "a version 2\n",
  });
  expect(fake.requests.map(({ line, body }) => [line, body])).toEqual([
    ["POST /api/v1/agents", agent],
    ["PUT /api/v1/agents/a", { config: agent.config }],
  ]);
  const printed = { ...agent, version: 2, description: null, built_in: false, created_at: "x" };
  writeFileSync(file, JSON.stringify(printed));
  await cli(["agents", "put", file], around);
  expect(fake.requests.slice(2).map(({ body }) => body)).toEqual([agent, { config: agent.config }]);
  writeFileSync(file, "[]");
  expect((await cli(["agents", "put", file], around)).err).toContain(
    "must contain an agent as JSON",
  );
  expect((await cli(["agents", "put", `${file}.none`], around)).err).toContain("Cannot read");
});

test("an earlier version of an agent is printed, and one that does not exist is refused", async () => {
  const versions = [2, 1].map((version) => ({ name: "a", version }));
  const around = { env: envOf(await answering({ data: versions, next_cursor: null })) };
  const { out } = await cli(["agents", "get", "a", "--version", "1", "--json"], around);
  expect(out).toBe('{"name":"a","version":1}\n');
  const { code, err } = await cli(["agents", "get", "a", "--version", "3"], around);
  expect([code, err]).toEqual([2, "a has no version 3.\n"]);
});

test("JSON lines mean what they did, and hold nothing that a terminal would obey", async () => {
  const name = "a\u009b31mb\u202ec\u007f";
  const fake = await answering({ ...TASK, name });
  const { out } = await cli(["get", TASK.id, "--json"], { env: envOf(fake) });
  expect(JSON.parse(out)).toMatchObject({ name });
  expect(out).toMatch(/^[\u0020-\u007e]+\n$/);
});

test("what is no failure of the service is a sentence all the same", async () => {
  const { code, out, err } = await cli(["get", ".."], { env: { OPSPAWN_KEY: "k" } });
  expect([code, out]).toEqual([1, ""]);
  expect(err).not.toContain("    at ");
});

test("a reader that leaves ends a list quietly, without asking for the rest", async () => {
  const fake = await answering({ data: [TASK], next_cursor: "more" });
  const code = await runCli(["ls", "--all", "--json"], {
    program: "opspawn",
    env: envOf(fake),
    stdin: Readable.from([]),
    stdout: { write: () => undefined, print: gone, room: async () => undefined },
    stderr: { write: (text) => expect.fail(text) },
    configFile: null,
    defaultKey: () => null,
    folder: "/nowhere",
    projectProgram: () => null,
    runProgram: async () => 0,
    onInterrupt: () => undefined,
    slowAfterMs: 60_000,
    exit: () => expect.fail("it ended by itself"),
  });
  expect([code, fake.requests.length]).toEqual([0, 1]);
});

test("questions are open until they are answered, and each says what to type", () => {
  const questions = new Questions("opspawn", "task_1");
  const observe = (...said: Said) => eventsOf(said).forEach((event) => questions.observe(event));
  observe("approval.requested", { call_id: "c1", name: "pay", arguments: { amount: 1 } });
  observe("tool.requested", { call_id: "c2", wait: "input", arguments: { question: "Why?" } });
  observe("input.requested", { call_id: "c3", key: "k", message: "Who?", schema: {} });
  observe("limit.reached", { limit: "max_cost_usd", value: 1 });
  const { text } = questions;
  for (const command of [
    "opspawn approve task_1 c1",
    "opspawn deny task_1 c1",
    'opspawn send task_1 "your answer"',
    "opspawn send task_1 --call c3 --key k --data",
    "opspawn limits task_1 --max-cost",
  ]) {
    expect(text).toContain(command);
  }
  observe("approval.decided", { call_id: "c1" });
  observe("tool.completed", { call_id: "c2" });
  observe("message.received", { call_id: "c3" });
  observe("run.resumed", { from: "budget" });
  expect(questions.isEmpty).toBe(true);
  // What a server says must not become a command of its own in the shell of whoever copies it.
  observe("input.requested", { call_id: "c4", key: "k; rm -rf '~'", message: "\u001b[2JWho?" });
  expect(questions.text).toContain(String.raw`--key 'k; rm -rf '\''~'\''' --action accept`);
  expect(questions.text).not.toContain("\u001b");
  observe("limit.reached", { limit: "tenant_day", value: 1 });
  expect(questions.text).toContain("opspawn budgets set");
});

test.skipIf(!existsSync("/dev/full"))(
  "output that cannot be written is a failure, in a sentence",
  () => {
    const program = [process.execPath, "scripts/opspawn.ts", "--help"].join(" ");
    const full = spawnSync("sh", ["-c", `${program} > /dev/full`], { encoding: "utf8" });
    expect([full.status, full.stdout]).toEqual([1, ""]);
    expect(full.stderr).toMatch(/^Cannot write the output: ENOSPC.*\.\n$/);
    const read = spawnSync("sh", ["-c", `${program} | head -n 1; ${program} > /dev/null`]);
    expect([read.status, read.stderr.toString()]).toEqual([0, ""]);
    const errors = spawnSync("sh", ["-c", `${program} nope 2> /dev/full`], { encoding: "utf8" });
    expect(errors.status).toBe(0);
  },
);

test.skipIf(!existsSync("/dev/full"))("a key that cannot be shown is a failure too", () => {
  const program = `${process.execPath} scripts/keys.ts create --name x --scopes admin --sql`;
  const full = spawnSync("sh", ["-c", `${program} > /dev/full`], { encoding: "utf8" });
  expect(full.status).toBe(1);
  expect(full.stderr).toContain("Cannot write the output: ENOSPC");
});

test("a key that has expired is listed as expired, with the time, and one that ends soon can be seen", async () => {
  const key = { id: "key_1", name: "ci", scopes: ["admin"], revoked_at: null };
  const past = "2020-01-02T03:04:05.678Z";
  const soon = new Date(Date.now() + 86_400_000).toISOString();
  const keys = [
    { ...key, expires_at: past },
    { ...key, expires_at: soon },
    { ...key, expires_at: null },
    { ...key, expires_at: past, revoked_at: past },
    { ...key, expires_at: null, revoked_at: past },
  ];
  const fake = await answering({ data: keys, next_cursor: null });
  const { out } = await cli(["keys", "list"], { env: envOf(fake) });
  expect(
    out
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ {2,}/).slice(0, 4)),
  ).toEqual([
    ["KEY", "STATE", "EXPIRES", "NAME"],
    ["key_1", "expired", "2020-01-02T03:04:05Z", "ci"],
    ["key_1", "valid", soon.replace(/\.\d+/, ""), "ci"],
    ["key_1", "valid", "never", "ci"],
    ["key_1", "revoked", "2020-01-02T03:04:05Z", "ci"],
    ["key_1", "revoked", "never", "ci"],
  ]);
});

test("login keeps nothing of a service that is another one, and no command fails over its answer", async () => {
  const file = join(folder(), "config.json");
  const other = await answering({});
  const login = await cli(["login", "--url", other.url], { configFile: file, stdin: "opsk_a" });
  expect([login.code, login.out]).toEqual([2, ""]);
  expect(login.err).toContain("not from Opspawn");
  expect(existsSync(file)).toBe(false);
  for (const args of [["ls"], ["run", "x"], ["get", "t"], ["watch", "t"], ["keys", "list"]]) {
    const { err } = await cli(args, { env: envOf(other) });
    expect(err, args.join(" ")).toContain("not from Opspawn");
  }
});

test("a service behind a redirect is told by where it leads", async () => {
  const Location = "https://safe.example/api/v1/tasks?limit=20";
  const { code, err } = await cli(["ls"], {
    env: envOf(await fakeService([], () => ({ status: 301, headers: { Location } }))),
  });
  expect(code).toBe(2);
  expect(err).toContain("it redirects to https://safe.example. Set OPSPAWN_URL");
});

const MARK = "\u{feff}";

test("a byte order mark makes no difference, wherever a text of a person is read", async () => {
  const at = folder();
  const [agent, profiles] = [join(at, "a.json"), join(at, "config.json")];
  const fake = await answering({ ...TASK, name: "adder", version: 1 });
  const around = { env: envOf(fake) };
  const definition = { name: "adder", config: {} };
  writeFileSync(agent, `${MARK}${JSON.stringify(definition)}`);
  expect(await cli(["agents", "put", agent], around)).toMatchObject({ code: 0, err: "" });
  const piped = { ...around, stdin: `${MARK}${JSON.stringify(definition)}` };
  expect(await cli(["agents", "put", "-"], piped)).toMatchObject({ code: 0, err: "" });
  const objects = ["--config", `${MARK}{"seed":1}`, "--input", `${MARK}{"a":1}\r\n`];
  await cli(["run", "--detach", ...objects], { ...around, stdin: `${MARK}Add.` });
  expect(fake.requests.map(({ body }) => body)).toEqual([
    definition,
    definition,
    { input_data: { a: 1, goal: "Add." }, agent_config: { seed: 1 } },
  ]);
  const profile = { profiles: { default: { url: fake.url, key: "opsk_profile" } } };
  writeFileSync(profiles, `${MARK}${JSON.stringify(profile)}`);
  expect((await cli(["get", "t", "--json"], { configFile: profiles })).code).toBe(0);
  const env = { OPSPAWN_URL: `${MARK}${fake.url}\r`, OPSPAWN_KEY: `${MARK}opsk_env\r\n` };
  expect((await cli(["get", "t", "--json"], { env })).code).toBe(0);
  expect(shown(fake).slice(-2)).toEqual(["Bearer opsk_profile", "Bearer opsk_env"]);
});

test("a profile file that is broken blocks no command that needs none, and login takes a quoted key", async () => {
  const file = join(folder(), "config.json");
  const fake = await answering({ data: [], next_cursor: null });
  writeFileSync(file, "{");
  expect(await cli(["ls"], { env: envOf(fake), configFile: file })).toMatchObject({ code: 0 });
  const url = { OPSPAWN_URL: fake.url };
  expect((await cli(["ls"], { env: url, configFile: file })).err).toContain("not a valid profile");
  rmSync(file);
  const login = await cli(["login"], { env: url, configFile: file, stdin: '"opsk_a"\r\n' });
  expect(login.code, login.err).toBe(0);
  expect(shown(fake).at(-1)).toBe("Bearer opsk_a");
  expect(login.err).toBe("Removed the quotes around the key: they are not part of it.\n");
  const plain = await cli(["login"], { env: url, configFile: file, stdin: "opsk_a" });
  expect([plain.code, plain.err]).toEqual([0, ""]);
  const nowhere = await cli(["login", "--url", "nowhere"], { configFile: file, stdin: "" });
  expect(nowhere.err).toContain("The service URL must look like");
});

test("a goal comes from standard input for -, and from --input where there is no other", async () => {
  const fake = await answering({ ...TASK, status: "pending" }, 201);
  const around = { env: envOf(fake), stdin: "  piped\n" };
  const goals: (readonly string[])[] = [
    ["-"],
    [],
    ["own", "words"],
    ["--input", '{"goal":"of the input","context":1}'],
    ["--input", '{"prompt":"of the prompt"}'],
    ["words", "--input", '{"goal":"less"}'],
    ["--input", '{"goal":" "}'],
  ];
  for (const args of goals) {
    expect(await cli(["run", "--detach", ...args], around), args.join()).toMatchObject({ code: 0 });
  }
  await cli(["send", "task_1", "-"], around);
  expect(fake.requests.map(({ body }) => body)).toEqual([
    { input_data: { goal: "piped" } },
    { input_data: { goal: "piped" } },
    { input_data: { goal: "own words" } },
    { input_data: { goal: "of the input", context: 1 } },
    { input_data: { prompt: "of the prompt", goal: "of the prompt" } },
    { input_data: { goal: "words" } },
    { input_data: { goal: "piped" } },
    { content: "piped" },
  ]);
});

test("bytes that are no text are refused, not replaced", async () => {
  const fake = await answering({ ...TASK, status: "pending" }, 201);
  const around = { env: envOf(fake) };
  const file = join(folder(), "a.json");
  const wide = Buffer.from(`${MARK}{"name":"adder"}`, "utf16le");
  writeFileSync(file, wide);
  for (const args of [
    ["run", "--detach"],
    ["send", "task_1"],
    ["agents", "put", "-"],
  ]) {
    const { code, err } = await cli(args, { ...around, stdin: new Uint8Array([0x61, 0xff, 0x62]) });
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("Standard input is not text in UTF-8"),
    ]);
  }
  expect((await cli(["agents", "put", file], around)).err).toContain(
    `${file} is not text in UTF-8`,
  );
  expect(fake.requests).toEqual([]);
});

test.each([
  ["agents", "/api/v1/agents"],
  ["keys", "/api/v1/keys"],
  ["tools", "/api/v1/tools"],
  ["budgets", "/api/v1/budgets"],
  ["concurrency", "/api/v1/concurrency"],
])("%s alone lists, with options or without", async (noun, path) => {
  const fake = await answering({ data: [], next_cursor: null });
  for (const args of [[noun], [noun, "--json"], [noun, "list"]]) {
    expect(await cli(args, { env: envOf(fake) })).toEqual({ code: 0, out: "", err: "" });
  }
  expect(fake.requests.map(({ line }) => line)).toEqual(Array(3).fill(`GET ${path}`));
});

test("Ctrl-C before the submission is answered cancels the task once it is, and names it", async () => {
  const held = Promise.withResolvers<void>();
  const fake = await fakeService([], ({ line }) =>
    line === "POST /api/v1/tasks"
      ? {
          status: 201,
          by: (response) =>
            void held.promise.then(() => response.writeHead(201).end(JSON.stringify(TASK))),
        }
      : { status: 202, body: { ...TASK, status: "cancelled" } },
  );
  const acts: (() => void)[] = [];
  const around = { env: envOf(fake), onInterrupt: (act: () => void) => void acts.push(act) };
  const run = cli(["run", "x", "--detach"], around);
  await expect.poll(() => fake.requests.length).toBe(1);
  acts.forEach((act) => act());
  held.resolve();
  expect(await run).toMatchObject({
    code: 3,
    out: "task_1\n",
    err: expect.stringContaining("Cancelling once its submission is answered"),
  });
  expect(fake.requests.map(({ line }) => line)).toEqual([
    "POST /api/v1/tasks",
    "POST /api/v1/tasks/task_1/cancel",
  ]);
});

function exempted(env: Record<string, string>): string | undefined {
  exemptLoopback(env);
  return env["no_proxy"];
}

test("this machine is never reached by a proxy, and what was exempt stays so", () => {
  const proxy = { HTTP_PROXY: "http://127.0.0.1:9" };
  const names = "127.0.0.1,localhost,[::1],::1";
  expect(exempted(proxy)).toBe(names);
  expect(exempted({ https_proxy: "p", NO_PROXY: "a.example, localhost" })).toBe(
    "a.example,localhost,127.0.0.1,[::1],::1",
  );
  expect(exempted({ ALL_PROXY: "p", NO_PROXY: "*" })).toBeUndefined();
  expect(exempted({ NO_PROXY: "a" })).toBeUndefined();
});

test("a command reaches a service on this machine whatever the proxy variables say", async () => {
  const fake = await answering({ data: [TASK], next_cursor: null });
  const proxy = { HTTP_PROXY: "http://127.0.0.1:9", http_proxy: "http://127.0.0.1:9" };
  const env = { ...process.env, ...envOf(fake), ...proxy, NODE_USE_ENV_PROXY: "1", NO_PROXY: "" };
  const child = spawn(process.execPath, ["scripts/opspawn.ts", "ls", "--json"], { env });
  const [out, [code]] = await Promise.all([
    streamText(child.stdout),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  expect([code, out]).toEqual([0, `${JSON.stringify(TASK)}\n`]);
});

/** Answers a request after this many milliseconds. */
function answeringLate(ms: number): Promise<Fake> {
  const body = JSON.stringify({ ...TASK, data: [], next_cursor: null });
  return fakeService([], () => ({
    status: 200,
    by: (response) => void setTimeout(() => response.writeHead(200).end(body), ms),
  }));
}

test("a service that does not answer is told once, on a terminal only, and not where it holds on request", async () => {
  vi.stubEnv("TERM", "xterm");
  onTestFinished(() => void vi.unstubAllEnvs());
  const late = await answeringLate(80);
  const slow = { env: envOf(late), columns: 80, slowAfterMs: 10 };
  for (const args of [["ls"], ["run", "x", "--detach"], ["cancel", "task_1"]]) {
    const { code, err } = await cli(args, slow);
    expect(code, args.join(" ")).toBe(0);
    expect(err.match(/does not answer yet/g), args.join(" ")).toHaveLength(1);
    expect(err).toContain(`${late.url} does not answer yet: still waiting (Ctrl-C to stop).`);
    expect(err).toContain("`npm start`");
  }
  const silent = { code: 0, err: "" };
  expect(await cli(["get", "task_1", "--json", "--wait", "1"], slow)).toMatchObject(silent);
  const inPipe = { env: envOf(late), slowAfterMs: 10 };
  expect(await cli(["ls"], inPipe)).toMatchObject(silent);
  expect(await cli(["ls", "--json"], { ...slow, slowAfterMs: 60_000 })).toMatchObject(silent);
  const { err } = await cli(["login"], {
    ...slow,
    configFile: join(folder(), "c"),
    stdin: "opsk_a",
  });
  expect(err).toContain("does not answer yet");
});

test("an id is whole in a narrow list of values, and a long text is not", async () => {
  vi.stubEnv("TERM", "xterm");
  vi.stubEnv("NO_COLOR", "1");
  onTestFinished(() => void vi.unstubAllEnvs());
  const id = "task_01a20da7-a860-756c-8001-462f1f826fe6";
  const task = {
    ...TASK,
    id,
    retry_of: id,
    agent: "default",
    agent_version: 1,
    model: "local/rules",
    planner: "native",
    completed_at: null,
    usage: {
      steps: 1,
      model_calls: 1,
      tool_calls: 0,
      input_tokens: 0,
      output_tokens: 0,
      cost_usd: 0,
    },
    error: null,
    result: null,
  };
  const fake = await answering(task);
  const { out } = await cli(["get", id], { env: envOf(fake), columns: 40 });
  const lines = out.split("\n");
  expect(lines).toContain(`task      ${id}`);
  expect(lines).toContain(`retry of  ${id}`);
  expect(lines.find((line) => line.startsWith("goal"))).toMatch(/…$/);
});

test("commands of a project run the program of its own version, with the options as typed", async () => {
  const around = { program: "/project/main.js", folder: "/project" };
  const deploy = await cli(["deploy", "--env=staging", "--yes"], around);
  expect(deploy).toEqual({
    code: 7,
    out: '["/project/main.js","deploy","--env=staging","--yes"]\n',
    err: "",
  });
  const unknown = await cli(["deploy", "--dryrun"], around);
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining("--dry-run")]);
  const none = await cli(["dev"], { folder: "/nowhere" });
  expect(none.code).toBe(2);
  expect(none.err).toContain("There is no project with @opspawn/worker in /nowhere");
});

test("init creates each template in a new folder, named after it", async () => {
  const place = mkdtempSync(join(tmpdir(), "opspawn-init-"));
  try {
    for (const template of ["starter", "chat", "slack"]) {
      const made = await cli(["init", `my-${template}`, "-t", template], { folder: place });
      expect(made).toMatchObject({ code: 0, err: "" });
      expect(made.out).toContain(`cd my-${template}`);
      const config = readFileSync(join(place, `my-${template}`, "wrangler.jsonc"), "utf8");
      expect(config).toContain(`"queue": "my-${template}-tasks"`);
      expect(config).not.toContain("opspawn-");
      expect(existsSync(join(place, `my-${template}`, ".gitignore"))).toBe(true);
    }
    for (const [args, sentence] of [
      [["init", "my-chat"], /is not empty/],
      [["init", "No_Name"], /is no valid name/],
      [["init", "x", "-t", "chatt"], /must be one of starter, chat, slack/],
      [["init", "x", "--packages", place], /has no archive of opspawn/],
    ] as const) {
      expect(await cli(args, { folder: place })).toMatchObject({
        code: 2,
        err: expect.stringMatching(sentence) as string,
      });
    }
  } finally {
    rmSync(place, { recursive: true });
  }
});

test("in a project, the local key is for this machine only", async () => {
  const fake = await answering({ data: [], next_cursor: null });
  const local = await cli(["ls"], { env: { OPSPAWN_URL: fake.url }, defaultKey: "opsk_local" });
  expect(local.code).toBe(0);
  expect(fake.requests[0]?.headers["authorization"]).toBe("Bearer opsk_local");
  const elsewhere = { OPSPAWN_URL: "https://agents.example" };
  const remote = await cli(["ls"], { env: elsewhere, defaultKey: "opsk_local" });
  expect([remote.code, remote.err]).toEqual([2, expect.stringContaining("No API key")]);
});
