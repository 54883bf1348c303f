/**
 * A command over a WebSocket is acknowledged only once it is durable: the write of each command's
 * event fails, or the process is stopped before, in or after it, and no `ok` may have been sent
 * for an event that the log does not have.
 */
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { runStub, type RunRpc } from "../../src/durable/run/rpc.ts";
import type { RunEvent } from "../../src/run/log/event.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { PATIENT } from "../patience.ts";
import { newTask } from "../workers/tasks.ts";
import { Watcher } from "../workers/watcher.ts";
import { Fate, fates, WHENS, type Mishap } from "./killable.ts";

const CALL = { tool_calls: [{ name: "once_tool", arguments: { n: 1 } }] };
const ASK = { tool_calls: [{ name: "ask_human", arguments: { question: "Well?" } }] };

const COMMANDS = [
  { type: "approve", first: CALL, waits: "approval", event: "approval.decided" },
  { type: "deny", first: CALL, waits: "approval", event: "approval.decided" },
  { type: "message", first: ASK, waits: "input", event: "message.received" },
  { type: "cancel", first: ASK, waits: "input", event: "run.cancelled" },
] as const;

const KILLS = COMMANDS.flatMap((command) => WHENS.map((when) => [command, when] as const));

test.concurrent.each(KILLS)(
  "%o over a socket, killed %s its write, is acknowledged only if it is in the log",
  async (command, when) => {
    const { run, fate, watcher } = await said(command, when);
    await vi.waitUntil(() => fate.killed.length === 1, PATIENT);
    await watcher.until(() => watcher.closed !== null);

    const acknowledged = watcher.messages.some((one) => one.type === "ok");
    const written = await vi.waitUntil(() => events(run()).catch(() => null), { timeout: 60_000 });
    expect(written.some((one) => one.type === command.event)).toBe(when === "safe");
    expect(acknowledged && when !== "safe", "ok was sent for an event that is lost").toBe(false);
  },
);

test.concurrent.each(COMMANDS)(
  "$type over a socket, whose write fails, is answered as not carried out, and can be repeated",
  async (command) => {
    const { run, watcher, say } = await said(command, "throws");
    const answers = () => watcher.messages.filter((one) => "ref" in one);
    await watcher.until(() => answers().length === 1);
    expect(answers()).toMatchObject([{ type: "error", ref: 7, code: "unavailable" }]);
    expect((await events(run())).some((one) => one.type === command.event)).toBe(false);

    say();
    await watcher.until(() => answers().length === 2);
    expect(answers()[1]).toEqual({ type: "ok", ref: 7 });
    expect((await events(run())).some((one) => one.type === command.event)).toBe(true);
  },
);

test("a command over a socket is acknowledged once, after its event", async () => {
  const task = newTask({ script: [ASK, { text: "The end." }] });
  await new TaskStore(env.DB).insert(task, null);
  const run = runStub(env.RUNS, "test", task.task_id);
  await run.start(JSON.stringify(specOf(task)));
  await vi.waitUntil(async () => (await run.health()).waiting_for === "input", PATIENT);
  const watcher = await Watcher.open(run);

  watcher.say({ type: "message", ref: 7, content: "Well." });
  await watcher.until(() => watcher.messages.some((one) => one.type === "ok"));

  expect(watcher.messages.filter((one) => one.type === "ok")).toEqual([{ type: "ok", ref: 7 }]);
  expect((await events(run)).some((one) => one.type === "message.received")).toBe(true);
});

/** A run that waits, to which a watcher says a command whose write has a mishap. */
async function said({ type, first, waits, event }: (typeof COMMANDS)[number], when: Mishap) {
  const task = newTask(
    { script: [first, { text: "The end." }] },
    { config: { policy: { approve: ["once_*"] } } },
  );
  const fate = new Fate({ name: `log ${event}`, nth: 1, when });
  fates.set(`test/${task.task_id}`, fate);
  await new TaskStore(env.DB).insert(task, null);
  const run = (): RunRpc => runStub(env.RUNS, "test", task.task_id);
  await run().start(JSON.stringify(specOf(task)));
  await vi.waitUntil(async () => (await run().health()).waiting_for === waits, PATIENT);
  const asked = (await events(run())).find((one) => one.type === "approval.requested");
  const watcher = await Watcher.open(run());
  const say = (): void =>
    watcher.say({ type, ref: 7, call_id: asked?.data.call_id, content: "Well." });
  say();
  return { run, fate, watcher, say };
}

async function events(run: RunRpc): Promise<RunEvent[]> {
  return JSON.parse((await run.events(0, 1000)).events) as RunEvent[];
}
