/**
 * The program `opspawn` as its users have it: installed, in pipes and terminals, with every exit
 * code, and a run on the screen that a crash of the service does not end.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { columnsOf } from "../../sdk/src/cli/terminal-text.ts";
import { installPackage, type InstalledPackage } from "../package.ts";
import { Service } from "../service.ts";
import { listed, logOf, type LogEvent, type Task } from "../tasks.ts";

const SUM = { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] };
const ASK = { tool_calls: [{ name: "ask_human", arguments: { question: "Which colour?" } }] };
const SLOW = { text: "streamed ".repeat(10), chunks: 90, delay_ms: 15 };
const HOUR = { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] };
const APPROVE = ["--config", '{"policy":{"approve":["add_*"]}}'];

let service: Service;
let installed: InstalledPackage;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "opspawn-home-"));
  const vars = { OPSPAWN_DELTA_CHARS: "1" };
  [service, installed] = await Promise.all([Service.start({ vars }), installPackage()]);
});
afterAll(async () => {
  await service.stop();
  await installed[Symbol.asyncDispose]();
  rmSync(home, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The environment of a shell that has the program, and knows the service. */
function environment(more: Readonly<Record<string, string | undefined>> = {}) {
  return {
    PATH: [dirname(installed.bin), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
    HOME: home,
    TERM: "xterm-256color",
    OPSPAWN_URL: service.url,
    OPSPAWN_KEY: service.key,
    ...more,
  };
}

function begin(args: readonly string[], env = environment()): ChildProcess {
  return spawn("opspawn", args, { env, stdio: ["pipe", "pipe", "pipe"] });
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const [out, err, [code]] = await Promise.all([
    text(child.stdout ?? Readable.from([])),
    text(child.stderr ?? Readable.from([])),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  return { code, out, err };
}

/** Runs the program to its end; its input is empty unless it is given one. */
function opspawn(args: readonly string[], env = environment(), input = ""): Promise<Ended> {
  const child = begin(args, env);
  child.stdin?.end(input);
  return endOf(child);
}

/** Runs a line of shell in a terminal of so many columns, and gives what it showed. */
async function inTerminal(
  line: string,
  columns: number,
  env = environment(),
): Promise<{ code: number | null; shown: string }> {
  const command = `stty cols ${columns} rows 40; ${line}`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    env: { ...env, SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { out, code } = await endOf(child);
  return { code, shown: out };
}

function script(turns: readonly unknown[], input: object = {}): string[] {
  return ["--model", "local/script", "--input", JSON.stringify({ script: turns, ...input })];
}

/** What a program that waits for a person told its user to type. */
function commandIn(err: string, name: string): string {
  return new RegExp(`^  (opspawn ${name} .*)$`, "m").exec(err)?.[1] ?? `nothing in: ${err}`;
}

/** Types a line into a shell. */
function typed(line: string): Ended {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", line], {
    env: environment(),
    encoding: "utf8",
    input: "",
  });
  return { code: status, out: stdout, err: stderr };
}

test("a run in a pipe is plain text, and ends with 0", async () => {
  const { code, out, err } = await opspawn(["run", "What is 17% of 2,340?"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("> What is 17% of 2,340?\n");
  expect(out).toContain("397.8");
  expect(out).toBe(stripVTControlCharacters(out));
  const piped = await opspawn(["run", "--json"], environment(), "What is 2 + 2?\n");
  const events = piped.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as LogEvent);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  expect(events.at(-1)).toMatchObject({ type: "run.completed" });
});

test("a run that fails ends with 1, one that is refused with 2, and none is begun by a slip", async () => {
  const failed = await opspawn(["run", "demo", ...script([SUM])]);
  expect([failed.code, failed.out]).toEqual([1, expect.stringContaining("script_exhausted")]);
  const refused = await opspawn(["run", "demo", "--model", "nobody/none"]);
  expect([refused.code, refused.out]).toEqual([2, ""]);
  expect(refused.err).toContain("nobody");
  const slip = await opspawn(["run", "demo", "--modle", "x"]);
  expect([slip.code, slip.err]).toEqual([2, expect.stringContaining("Unknown option '--modle'")]);
  const away = await opspawn(["ls"], environment({ OPSPAWN_URL: "http://127.0.0.1:9" }));
  expect([away.code, away.err]).toEqual([2, expect.stringContaining("Cannot reach Opspawn")]);
  const wrong = await opspawn(["ls"], environment({ OPSPAWN_KEY: "opsk_wrong" }));
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("OPSPAWN_KEY")]);
  expect(wrong.err).not.toContain("opsk_wrong");
});

test("a wait for a person ends with 4 and the very commands that end it and go on", async () => {
  const approval = await opspawn(["run", "demo", ...APPROVE, ...script([SUM, { text: "3" }])]);
  expect(approval.code).toBe(4);
  expect(typed(commandIn(approval.err, "approve")).code).toBe(0);
  const watched = typed(commandIn(approval.err, "watch"));
  expect([watched.code, watched.err]).toEqual([0, ""]);
  expect(watched.out).toContain("completed");

  const question = await opspawn(["run", "demo", ...script([ASK, { text: "ok" }])]);
  expect([question.code, question.err]).toEqual([4, expect.stringContaining("Which colour?")]);
  expect(typed(commandIn(question.err, "send")).code).toBe(0);
  expect(typed(commandIn(question.err, "watch")).code).toBe(0);

  const denied = await opspawn(["run", "demo", ...APPROVE, ...script([SUM, { text: "so be it" }])]);
  const [, , deniedId = ""] = commandIn(denied.err, "deny").split(" ");
  expect(await opspawn(["inbox", "--task", deniedId])).toMatchObject({
    code: 0,
    out: expect.stringContaining("add_numbers"),
  });
  // The only pending call of the task needs no id.
  expect((await opspawn(["deny", deniedId])).code).toBe(0);
  // From the cursor on there is no question: it is looked up in the log.
  const again = await opspawn(["run", "demo", ...script([ASK, { text: "ok" }])]);
  const late = typed(commandIn(again.err, "watch"));
  expect([late.code, commandIn(late.err, "send")]).toEqual([4, commandIn(again.err, "send")]);

  const caps = ["--max-tokens", "1"];
  const budget = await opspawn(["run", "What is 2 + 2?", ...caps]);
  expect([budget.code, budget.err]).toEqual([4, expect.stringContaining("max_tokens")]);
  expect(typed(commandIn(budget.err, "limits").replace("<n>", "100000")).code).toBe(0);
  expect(typed(commandIn(budget.err, "watch")).code).toBe(0);
});

test("with --stay a run that waits is watched on, until somebody answers it elsewhere", async () => {
  const child = begin(["run", "demo", "--json", "--stay", ...script([ASK, { text: "ok" }])]);
  child.stdin?.end();
  const end = endOf(child);
  const task = await newest("waiting");
  expect((await opspawn(["send", task.task_id, "blue"])).code).toBe(0);
  const { code, out } = await end;
  expect(code).toBe(0);
  expect(out).toContain('"blue"');
});

/** The newest task, once it is of a status. */
async function newest(status: string): Promise<Task> {
  for (;;) {
    const { out } = await opspawn(["ls", "--json", "--limit", "1"]);
    const task = JSON.parse(out) as Task;
    if (task.status === status) {
      return task;
    }
  }
}

test("Ctrl-C cancels the task, shows how it ends, and ends with 3", async () => {
  const child = begin(["run", "demo", ...script([{ ...SLOW, chunks: 1000 }])]);
  child.stdin?.end();
  const end = endOf(child);
  await once(child.stdout ?? child, "data");
  child.kill("SIGINT");
  const { code, out, err } = await end;
  expect([code, err]).toEqual([3, expect.stringContaining("Cancelling")]);
  expect(out).toContain("Ctrl-C at the terminal");
});

test("a run on the screen survives that the service is killed: each event once, and the right end", async () => {
  const child = begin(["run", "demo", "--json", ...script([SUM, SLOW, SUM, SLOW])]);
  child.stdin?.end();
  const end = endOf(child);
  let seen = "";
  const streaming = new Promise<void>((resolve) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.split("model.delta").length > 10) {
        resolve();
      }
    });
  });
  await streaming;
  await service.kill();
  await service.up();
  const { code, out, err } = await end;
  expect([code, err]).toEqual([0, ""]);
  const events = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as LogEvent);
  const taskId = String(events[0]?.data["task_id"]);
  expect(events).toEqual(await logOf(service, taskId));
  expect(events.map(({ type }) => type)).toContain("recovery.started");

  const cassette = await opspawn(["cassette", taskId]);
  expect([cassette.code, cassette.err]).toEqual([0, ""]);
  expect(cassette.out).not.toContain(service.key);
  expect(await replayed(cassette.out)).toEqual({ status: "completed", same: true });
});

/** Replays a cassette in plain Node, with the package as it is installed. */
async function replayed(cassette: string): Promise<unknown> {
  const program = `
    import { text } from "node:stream/consumers";
    import { simulate } from "opspawn/testing";
    const cassette = JSON.parse(await text(process.stdin));
    const run = await simulate({}, { cassette });
    const same = run.log_sha256 === cassette.log_sha256;
    console.log(JSON.stringify({ status: run.status, same }));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: installed.folder,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin?.end(cassette);
  const { out, err } = await endOf(child);
  return out === "" ? err : (JSON.parse(out) as unknown);
}

test.skipIf(!existsSync("/usr/bin/script"))(
  "on a terminal everything fits its width, with colour unless NO_COLOR says otherwise",
  async () => {
    const goal =
      "What is 17% of 2,340, and what time is it, and whatever else makes this line long?";
    for (const columns of [40, 80, 200]) {
      const run = await inTerminal(
        `opspawn run '${goal}' && opspawn ls && opspawn tools list`,
        columns,
      );
      expect(run.code, run.shown).toBe(0);
      // oxlint-disable-next-line no-control-regex -- what a terminal does with a line that is erased
      const lines = run.shown.replaceAll(/[^\n]*\r\u001b\[K/g, "").split(/\r?\n/);
      const widths = lines.map((line) => columnsOf(stripVTControlCharacters(line)));
      expect(Math.max(...widths), run.shown).toBeLessThanOrEqual(Math.max(columns, 80));
      expect(run.shown).toContain("\u001b[2m");
    }
    const plain = await inTerminal(
      "opspawn run 'What is 2 + 2?'",
      80,
      environment({ NO_COLOR: "1" }),
    );
    // oxlint-disable-next-line no-control-regex -- colours are what it is about
    expect(plain.shown).not.toMatch(/\u001b\[[\d;]*m/);
  },
);

test("a reader that leaves early is no error, and nothing is said about it", async () => {
  const { out } = await opspawn(["ls", "--json", "--limit", "1"]);
  const { task_id } = JSON.parse(out) as Task;
  const {
    code,
    out: first,
    err,
  } = typed(
    `for i in 1 2 3 4 5 6 7 8; do opspawn logs ${task_id} --json; done | head -n 1; opspawn ls --all | head -n 1`,
  );
  expect([code, err]).toEqual([0, ""]);
  expect(first).toMatch(/^\{"seq":1,.*\}\nTASK /);
});

test.skipIf(!existsSync("/dev/full"))("a result that cannot be written is a failure", () => {
  for (const command of [
    "ls",
    "ls --json",
    "run 'What is 2 + 2?'",
    "run 'What is 2 + 2?' --json",
  ]) {
    const { code, out, err } = typed(`opspawn ${command} > /dev/full`);
    expect([code, out], command).toEqual([1, ""]);
    expect(err, command).toContain("Cannot write the output: ENOSPC");
  }
});

test("login in a terminal shows nothing of the key, keeps it, and later commands need no environment", async () => {
  const env = environment({ OPSPAWN_URL: undefined, OPSPAWN_KEY: undefined });
  const child = spawn("script", ["-qec", `opspawn login --url ${service.url}`, "/dev/null"], {
    env: { ...env, SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const end = endOf(child);
  let shown = "";
  await new Promise<void>((resolve) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      shown += chunk.toString();
      if (shown.includes("Key for")) {
        resolve();
      }
    });
  });
  child.stdin?.write(`${service.key}\r`);
  const { code, out } = await end;
  expect([code, out]).toEqual([0, expect.stringContaining("Logged in")]);
  expect(out).not.toContain(service.key);
  const file = join(home, ".config", "opspawn", "config.json");
  expect(readFileSync(file, "utf8")).toContain(service.key);
  expect((await opspawn(["ls"], env)).code).toBe(0);
  rmSync(file);
  const { err } = await opspawn(["ls"], env);
  expect(err).toContain("No API key");
});

test("each command does what it says, and --json gives an object a line", async () => {
  const json = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { code, out, err } = await opspawn([...args, "--json"]);
    expect([code, err], out).toEqual([0, ""]);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    return JSON.parse(out) as Record<string, unknown>;
  };
  const file = join(home, "agent.json");
  onTestFinished(() => rmSync(file));
  writeFileSync(file, JSON.stringify({ name: "cli-agent", config: { tools: ["calculator"] } }));
  expect(await json("agents", "put", file)).toMatchObject({ name: "cli-agent", version: 1 });
  expect(await json("agents", "get", "cli-agent")).toMatchObject({ name: "cli-agent" });
  expect((await opspawn(["agents", "list"])).out).toMatch(/^cli-agent +1/m);

  const detached = await json("run", "What is 2 + 2?", "--agent", "cli-agent", "--detach");
  const id = String(detached["id"]);
  expect((await opspawn(["watch", id])).code).toBe(0);
  expect(await json("get", id, "--wait", "30")).toMatchObject({ status: "completed" });
  expect((await opspawn(["get", id])).out).toMatch(/^status +completed$/m);
  expect((await opspawn(["logs", id])).out).toContain("completed");
  await listed(service, id, ({ status }) => status === "completed");
  const own = await opspawn(["ls", "--agent", "cli-agent", "--status", "completed"]);
  expect(own.out).toContain(id);
  expect(await json("retry", id)).toMatchObject({ retry_of: id });
  expect((await opspawn(["agents", "delete", "cli-agent"])).code).toBe(0);

  const hour = await json("run", "demo", "--detach", ...script([HOUR]));
  const cancelled = await json("cancel", String(hour["id"]), "--reason", "enough");
  expect(cancelled).toMatchObject({ status: "cancelled" });

  const key = await json("keys", "create", "--name", "cli", "--scopes", "tasks:read");
  const keyId = String(key["id"]);
  const reader = environment({ OPSPAWN_KEY: String(key["key"]) });
  expect((await opspawn(["ls"], reader)).code).toBe(0);
  expect((await opspawn(["run", "x"], reader)).err).toContain("scope");
  expect((await json("keys", "rotate", keyId))["key"]).not.toBe(key["key"]);
  expect((await opspawn(["keys", "revoke", keyId])).code).toBe(0);
  expect((await opspawn(["keys", "list"])).out).toMatch(new RegExp(`^${keyId} +revoked`, "m"));

  expect((await opspawn(["tools", "list"])).out).toMatch(/^calculator +built_in +pure/m);
  expect(await json("tools", "get", "calculator")).toMatchObject({ name: "calculator" });
  await json("budgets", "set", "--period", "day", "--max-cost", "5");
  expect((await opspawn(["budgets", "list"])).out).toMatch(/^tenant +day +\$0 +\$5$/m);
  expect((await opspawn(["budgets", "set", "--period", "day", "--max-cost", "6"])).out).toBe(
    "tenant day $0 of $6\n",
  );
  expect((await opspawn(["budgets", "delete", "--period", "day"])).code).toBe(0);
  expect((await opspawn(["completion", "bash"])).out).toContain("complete -o default");
  expect((await opspawn(["help"])).out).toContain("opspawn <command>");
  expect((await opspawn(["--version"])).out).toMatch(/^\d/);
});

test.skipIf(!existsSync("/usr/bin/node"))("it runs in the Node of this machine", () => {
  const { status, stdout, stderr } = spawnSync(
    "/usr/bin/node",
    [join(installed.path, "dist", "cli", "main.js"), "run", "What is 2 + 2?"],
    { env: environment(), encoding: "utf8", input: "" },
  );
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("4");
});
