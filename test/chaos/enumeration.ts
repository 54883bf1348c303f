/**
 * Crash points, enumerated in the real object: for a run with every kind of call and wait, the
 * process is stopped before, in and after every single write, comes back by its own alarm (or the
 * queue's redelivery, where `start` was not answered), and is compared with the undisturbed run. The
 * platform tries a failed alarm again after two seconds and more: for one scenario that people look
 * at, and for one that nobody does, that is waited for; in the others the test runs the alarm at once.
 * Writes that only a crash leads to are enumerated in turn, until no write is left around which
 * nobody stopped.
 *
 * A crash point is a place (before, in or after a write of some name), the writes around it, and the
 * situation of the run (`situation.ts`). Scenarios share points, and each point is tried once.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { feedStub, type StatusChange } from "../../src/durable/feed/rpc.ts";
import { ledgerStub } from "../../src/durable/ledger/rpc.ts";
import { memoryStub } from "../../src/durable/memory/rpc.ts";
import { runStub, type RunRpc } from "../../src/durable/run/rpc.ts";
import type { RunCommand } from "../../src/run/decide/command.ts";
import { parseEvent, TERMINAL_TYPES, type RunEvent } from "../../src/run/log/event.ts";
import type { McpServerDefinition } from "../../src/run/spec/mcp-server.ts";
import type { AgentConfig } from "../../src/run/spec/spec.ts";
import type { ToolDefinition } from "../../src/run/spec/tool-definition.ts";
import { isTerminal, type RunView } from "../../src/run/decide/view.ts";
import { newActor } from "../../src/store/audit.ts";
import { specOf, type TaskName, type TaskRow } from "../../src/store/tasks/rows.ts";
import { AgentStore } from "../../src/store/agents.ts";
import type { PinnedAgent } from "../../src/run/spec/child.ts";
import { InboxStore } from "../../src/store/inbox.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { WEBHOOK_TYPES } from "../../src/run/value/webhook-type.ts";
import { messageId, noticeOf } from "../../src/run/log/webhook-body.ts";
import { newTask } from "../workers/tasks.ts";
import { Fate, fates, WHENS, type Kill, type When } from "./killable.ts";

const tasks = new TaskStore(env.DB);
const inbox = new InboxStore(env.DB);
const agents = new AgentStore(env.DB);
/** An agent that runs give tasks to. */
const WORKER = { description: "Works.", config: { model: "local/script" }, limits: {} };
/** Runs of a scenario that are stopped side by side, by what retries their alarm: waiting or working. */
const WIDTH = { platform: 32, test: 12 };
/** Longest life of one run, lives and pauses together, milliseconds. */
const PATIENCE_MS = 720_000;
/** Most crashes that one run goes through. */
const MAX_DEPTH = 5;
/** How often the runs are checked for something that happened to them, milliseconds. */
const TICK_MS = 25;
/** How often a run is looked at to which nothing happened, milliseconds. */
const LOOK_MS = 1000;
export interface Scenario {
  readonly input: Parameters<typeof newTask>[0];
  readonly config: Partial<AgentConfig>;
  readonly scheduled: boolean;
  /** Nobody looks at the run: whatever wakes its object is its own alarm. */
  readonly alone: boolean;
  /** What its tenant has registered. */
  readonly tools?: readonly ToolDefinition[];
  readonly mcpServers?: readonly McpServerDefinition[];
  /** Whether somebody outside wants to be told of everything. */
  readonly announced?: boolean;
  /** Whether its tenant's feed is on. */
  readonly followed?: boolean;
  /** What people say, all at once, to a call that waits for approval; absent: yes. */
  readonly decisions?: readonly Decision[];
  /**
   * Whether its submission starts it beside the queue, at the same moment, and the queue delivers its
   * message once more in the end.
   */
  readonly direct?: boolean;
  /** The agents that it can give tasks to. Each is a stored agent with a script. */
  readonly agents?: readonly PinnedAgent[];
  /** Whether it has a memory store of its own, for its subject. */
  readonly remembers?: boolean;
  /** Whether it needs a slot to work, and others have it. */
  readonly slotted?: boolean;
  /**
   * What runs the alarm of a stopped object again: the platform, after two seconds and more, or by
   * default the test, at once, which runs the same handler on the same storage.
   */
  readonly retriedBy?: "platform" | "test";
}

type Decision = Pick<Extract<RunCommand, { kind: "decide" }>, "decision" | "arguments">;

/** A reply that calls tools, each without arguments. */
export const every = (...names: string[]) => ({ tool_calls: names.map((name) => ({ name })) });

interface Outcome {
  readonly fate: Fate;
  readonly view: RunView;
  readonly events: readonly RunEvent[];
  readonly row: TaskRow | null;
  /** Questions that the inbox still has of it. */
  readonly open: number;
  /** Rows of the log, as the storage has them. */
  readonly rows: number;
  /** What webhooks are to be told by the log: the one body of each id. */
  readonly toTell: ReadonlyMap<string, ReadonlySet<string>>;
  /** The tasks that it started: how each ended, and how often its model was asked. */
  readonly children: readonly string[];
  /** What its memory store has: items and blocks with their versions. */
  readonly memories: readonly string[];
  /** What the tenant's feed has of it; null while that is off. */
  readonly changes: readonly StatusChange[] | null;
}

/** Plays a scenario to its end, with people who answer whatever the run waits for. */
async function play(scenario: Scenario, ...kills: readonly Kill[]): Promise<Outcome> {
  const limits = { max_steps: 5, on_reached: "wait" as const };
  const tenant_id = scenario.followed === true ? "followed" : "test";
  const base = newTask(scenario.input, {
    config: scenario.config,
    limits,
    ...(scenario.agents === undefined ? {} : { agents: scenario.agents }),
    ...(scenario.tools === undefined ? {} : { tools: scenario.tools }),
    ...(scenario.announced === true ? { webhooks: WEBHOOK_TYPES } : {}),
    ...(scenario.mcpServers === undefined ? {} : { mcpServers: scenario.mcpServers }),
    ...(scenario.remembers === true ? { subject: `subject-${crypto.randomUUID()}` } : {}),
    ...(scenario.slotted === true ? { slotted: true, agent: `agent-${crypto.randomUUID()}` } : {}),
    ...(scenario.scheduled ? { scheduledAt: new Date(Date.now() + 30).toISOString() } : {}),
  });
  const task = { ...base, tenant_id };
  const fate = new Fate(...kills);
  const name = `${tenant_id}/${task.task_id}`;
  const feed = scenario.followed === true ? await Followed.of(task) : null;
  fates.set(name, fate);
  for (const { agent } of scenario.agents ?? []) {
    await agents.insert(tenant_id, agent, WORKER, newActor(Date.now(), "key"));
  }
  await tasks.insert(task, null);
  // After each death a stub of its own, as the platform wants it.
  const run = (): RunRpc => runStub(env.RUNS, tenant_id, task.task_id);
  const rival = scenario.slotted === true ? await Rival.of(task.agent) : null;
  const waker = scenario.retriedBy === "platform" ? null : new Waker(name, fate);
  const until = <T extends object | true>(look: () => Promise<T | false>) =>
    eachChange(fate, waker, look);
  const spec = JSON.stringify(specOf(task));
  const delivered = () => insist(() => run().start(spec));
  if (scenario.direct === true) {
    // The submission does not try again: its process may be what died.
    await Promise.all([
      run()
        .start(spec)
        .catch(() => null),
      delivered(),
    ]);
  } else {
    await delivered();
  }
  if (scenario.alone) {
    await until(() => overInD1(task));
  } else {
    await watched(run);
    await until(() => helped(run, task, scenario.decisions, rival));
  }
  if (scenario.direct === true) {
    await delivered();
  }
  const view = JSON.parse(await insist(() => run().view())) as RunView;
  const row = await until(async () => {
    const found = await tasks.get(tenant_id, task.task_id);
    return found !== null && found.last_seq === view.last_seq && found;
  });
  const events = JSON.parse((await insist(() => run().events(0, 1000))).events) as RunEvent[];
  if (rival !== null) {
    // However it came to its end, its slot is there for others.
    await until(() => rival.alone());
  }
  const toTell = new Map(
    events.flatMap((event): [string, ReadonlySet<string>][] => {
      const notice = noticeOf(task.task_id, event, task.webhooks);
      return notice === null ? [] : [[messageId(task.task_id, notice.seq), new Set([notice.body])]];
    }),
  );
  await until(async () => fate.told.size >= toTell.size);
  const changes =
    feed === null
      ? null
      : await until(async () => feed.changes((one) => one.seq === view.last_seq));
  await waker?.done();
  const stub = env.RUNS.get(env.RUNS.idFromName(name));
  const rows = await insist(() =>
    runInDurableObject(stub, (_run, { storage }) =>
      Number(storage.sql.exec("SELECT COUNT(*) AS n FROM log").one()["n"]),
    ),
  );
  fates.delete(name);
  const open = (await approvalsOf(task)).length;
  const children = await childrenOf(task, until);
  const memories = task.subject === null ? [] : await memoriesOf(tenant_id, task.subject);
  return { children, fate, view, events, row, open, rows, toTell, memories, changes };
}

/**
 * Runs the alarm of a stopped object as the platform does after its pause, on the storage that the
 * object left. Not as a retry: the object counts those as deaths, and the platform's own, which come
 * later and find nothing to do, would count the same death twice.
 */
class Waker {
  readonly #name: string;
  readonly #fate: Fate;
  #deaths = 0;
  #needed = false;
  #alarm: Promise<void> | null = null;

  constructor(name: string, fate: Fate) {
    this.#name = name;
    this.#fate = fate;
  }

  /** Runs the alarm after each death, again where the object died of it or was not gone yet. */
  look(): void {
    this.#needed ||= this.#fate.deaths > this.#deaths;
    this.#deaths = this.#fate.deaths;
    if (this.#needed && this.#alarm === null) {
      this.#needed = false;
      this.#alarm = this.#run();
    }
  }

  /** Resolves when no alarm that it ran is under way. */
  async done(): Promise<void> {
    await this.#alarm;
  }

  async #run(): Promise<void> {
    const stub = env.RUNS.get(env.RUNS.idFromName(this.#name));
    try {
      await runInDurableObject(stub, (run) => run.alarm());
    } catch {
      this.#needed = true;
    } finally {
      this.#alarm = null;
    }
  }
}

/** The next of the moments at which all runs are checked. */
let tick: Promise<void> | null = null;

/**
 * Looks at a run until it is as wanted, and returns what was seen: whenever the run has come to rest
 * after something happened to it, and once a second where nothing did, since most of these runs wait
 * for others of them.
 */
async function eachChange<T extends object | true>(
  fate: Fate,
  waker: Waker | null,
  look: () => Promise<T | false>,
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  let [changes, at] = [-1, 0];
  while (Date.now() < deadline) {
    waker?.look();
    const isAtRest =
      changes !== fate.changes ? !(await changesSoon(fate)) : Date.now() - at >= LOOK_MS;
    if (isAtRest) {
      [changes, at] = [fate.changes, Date.now()];
      const seen = await look();
      if (seen !== false) {
        return seen;
      }
    }
    await nextTick();
  }
  throw new Error(`not as wanted after ${PATIENCE_MS} ms`);
}

async function changesSoon(fate: Fate): Promise<boolean> {
  const { changes } = fate;
  await nextTick();
  return fate.changes !== changes;
}

/** One timer for all runs. */
async function nextTick(): Promise<void> {
  tick ??= new Promise((done) => {
    setTimeout(() => {
      tick = null;
      done();
    }, TICK_MS);
  });
  await tick;
}

/** As the queue and clients do: what was not answered is asked again. */
async function insist<T>(ask: () => Promise<T>): Promise<T> {
  const answered = await vi.waitUntil(
    () =>
      ask().then(
        (answer) => ({ answer }),
        () => null,
      ),
    { timeout: PATIENCE_MS, interval: 50 },
  );
  return answered.answer;
}

async function overInD1({ tenant_id, task_id }: TaskName): Promise<boolean> {
  const row = await tasks.get(tenant_id, task_id);
  return row !== null && isTerminal(row.status);
}

/** A watcher makes the run store its streamed text; what it sees is another test's business. */
async function watched(run: () => RunRpc): Promise<void> {
  const url = "https://run/?task=t&by=key&write=0&after=0";
  const answer = await run()
    .fetch(new Request(url, { headers: { Upgrade: "websocket" } }))
    .catch(() => null);
  answer?.webSocket?.accept();
}

/**
 * Does what the run waits for; a command that a crash swallowed is simply given again. Gives whether
 * the run is over.
 */
async function helped(
  run: () => RunRpc,
  task: TaskName,
  decisions: readonly Decision[] = [{ decision: "approve" }],
  rival: Rival | null = null,
): Promise<boolean> {
  const keeping = await run()
    .health()
    .catch(() => null);
  const say = async (command: RunCommand): Promise<void> => {
    await run()
      .command(JSON.stringify(command))
      .catch(() => undefined);
  };
  switch (keeping?.waiting_for) {
    case "concurrency":
      await rival?.leave();
      break;
    case "approval": {
      await rival?.enter();
      // Decided from the inbox, so that each crash shows whether a question reaches it.
      for (const call_id of await approvalsOf(task)) {
        await Promise.all(
          decisions.map((one) =>
            say({ kind: "decide", call_id, ...one, comment: null, by: "key" }),
          ),
        );
      }
      break;
    }
    case "input":
      await say({ kind: "message", content: "Well.", data: null, by: "key" });
      break;
    case "budget":
      await say({ kind: "limits", changes: { max_steps: null }, by: "key" });
      break;
    default:
  }
  return keeping !== null && isTerminal(keeping.status);
}

/** The tasks that a run started, once all of them have ended. */
async function childrenOf(
  task: TaskName,
  until: <T extends object | true>(look: () => Promise<T | false>) => Promise<T>,
): Promise<string[]> {
  const rows = await until(async () => {
    const filter = { metadata: [], rootTaskId: task.task_id };
    const page = await tasks.list(task.tenant_id, filter, 100, null);
    return page.tasks.every(({ status }) => isTerminal(status)) && page.tasks;
  });
  const shown = rows.map(({ status, usage, input_data }) => {
    // How far a task had come when it was cancelled depends on the stops.
    const calls = status === "cancelled" ? "" : ` after ${usage.model_calls} calls`;
    return `${JSON.stringify(input_data?.["goal"])}: ${status}${calls}`;
  });
  return shown.toSorted();
}

/** What the memory store of a subject has, each with its version. */
async function memoriesOf(tenantId: string, subject: string): Promise<string[]> {
  const store = memoryStub(env.MEMORIES, tenantId, `subject:${subject}`);
  const items = (await store.items(null, 100)) ?? [];
  const blocks = (await store.blocks()) ?? [];
  return [...items, ...blocks].map(({ content, version }) => `${version} ${content}`).toSorted();
}

/** The calls of a task that the inbox shows to need a decision. */
async function approvalsOf({ tenant_id, task_id }: TaskName): Promise<string[]> {
  const { rows } = await inbox.list(tenant_id, { taskId: task_id }, "oldest", 100, null);
  return rows.flatMap(({ question: { kind, call_id = "" } }) =>
    kind === "approval" ? [call_id] : [],
  );
}

/** Another run of the same agent, which has one slot in all. */
class Rival {
  readonly #agent: string;
  readonly #ledger = ledgerStub(env.LEDGERS, "test");
  #seq = 0;

  private constructor(agent: string) {
    this.#agent = agent;
  }

  static async of(agent: string): Promise<Rival> {
    const rival = new Rival(agent);
    await rival.#ledger.changeConcurrency(
      { agent, max_runs: 1 },
      null,
      newActor(Date.now(), "key"),
    );
    await rival.enter();
    return rival;
  }

  async enter(): Promise<void> {
    this.#seq += 1;
    const seeker = { task_id: `rival of ${this.#agent}`, agent: this.#agent, priority: 0 };
    await this.#ledger.takeSlot({ ...seeker, seq: this.#seq });
  }

  async leave(): Promise<void> {
    await this.#ledger.releaseSlot(`rival of ${this.#agent}`, this.#seq);
  }

  /** Whether no other holds a slot or waits for one. */
  async alone(): Promise<boolean> {
    await this.leave();
    const caps = await this.#ledger.concurrency();
    return caps.some(({ agent, running, waiting }) => {
      return agent === this.#agent && running === 0 && waiting === 0;
    });
  }
}

/** A task's changes in its tenant's feed. */
class Followed {
  readonly #task: TaskName;
  readonly #start: string;

  private constructor(task: TaskName, start: string) {
    this.#task = task;
    this.#start = start;
  }

  /** Turns the feed on. */
  static async of(task: TaskName): Promise<Followed> {
    const page = await feedStub(env.FEEDS, task.tenant_id).page(null, 1);
    return new Followed(task, page.ok ? page.cursor : "");
  }

  /** Returns the changes once one of them is as `isLast` says; until then false. */
  async changes(isLast: (change: StatusChange) => boolean): Promise<StatusChange[] | false> {
    const page = await feedStub(env.FEEDS, this.#task.tenant_id).page(this.#start, 100_000);
    const all = page.ok ? page.entries.map(({ text }) => JSON.parse(text) as StatusChange) : [];
    const own = all.filter(({ task_id }) => task_id === this.#task.task_id);
    return own.some(isLast) ? own : false;
  }
}

/** What must hold of a run, whatever was done to it. */
function expectSound(outcome: Outcome, undisturbed: Outcome, about: string): void {
  const { view, events, row, open, fate, rows, toTell, changes } = outcome;
  expect(view, about).toMatchObject({ status: "completed", result: undisturbed.view.result });
  expect(
    events.map((event) => event.seq),
    about,
  ).toEqual(events.map((_, i) => i + 1));
  expect(events.map((event) => parseEvent(event)).length, about).toBe(events.length);
  expect(events.filter((event) => TERMINAL_TYPES.has(event.type)).length, about).toBe(1);
  // D1 has what the log has.
  const { status, result, error, usage, last_seq, started_at, completed_at } = view;
  expect(row, about).toMatchObject({
    status,
    result,
    error,
    usage,
    last_seq,
    started_at,
    completed_at,
  });
  expect(open, `${about}: questions in the inbox`).toBe(0);
  // What the port did not see, nobody could stop.
  expect(rows, about).toBeLessThanOrEqual(fate.logged);
  expect(callsOf(events), about).toEqual(callsOf(undisturbed.events));
  // Each at least once, and the same each time: nothing that the log has not was told.
  expect(Object.fromEntries(fate.told), about).toEqual(Object.fromEntries(toTell));
  if (changes !== null) {
    // Each once and in order, up to the last; quick ones may be skipped.
    const seqs = changes.map(({ seq }) => seq);
    expect(seqs, `${about}: the feed`).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
    expect(changes.at(-1), about).toMatchObject({ status, seq: last_seq });
  }
  // Each task once, whatever was repeated, and its model was asked as often.
  expect(outcome.children, `${about}: its tasks`).toEqual(undisturbed.children);
  // What was saved is there once, in one version.
  expect(outcome.memories, `${about}: its memory`).toEqual(undisturbed.memories);
  expectEffects(outcome, about);
  expectAsDecided(outcome, about);
}

/** One effect or none, as it was decided, and with the arguments that were decided on. */
function expectAsDecided({ events, fate }: Outcome, about: string): void {
  for (const asked of events) {
    if (asked.type !== "approval.requested" || asked.data.reason !== "policy") {
      continue;
    }
    const { call_id } = asked.data;
    const answers = events.filter(
      (e) =>
        (e.type === "approval.decided" || e.type === "approval.expired") &&
        e.data.call_id === call_id,
    );
    expect(answers.length, `${about}: decisions of ${call_id}`).toBe(1);
    const [answer] = answers;
    const yes =
      answer?.type === "approval.expired"
        ? answer.data.policy === "continue"
        : answer?.type === "approval.decided" && answer.data.decision === "approve";
    const args =
      (answer?.type === "approval.decided" ? answer.data.arguments : undefined) ??
      asked.data.arguments;
    const intents = events.filter((e) => e.type === "tool.requested" && e.data.call_id === call_id);
    expect(intents.length > 0, `${about}: ${call_id} is made as decided`).toBe(yes);
    const key = [...fate.world.keys()].find((one) => one.endsWith(`:${call_id}`));
    const done = events.some((e) => e.type === "tool.completed" && e.data.call_id === call_id);
    expect(key === undefined || yes, `${about}: ${call_id} acts as decided`).toBe(true);
    expect(!done || key !== undefined || asked.data.name === "held_tool", about).toBe(true);
    if (key !== undefined) {
      expect(fate.given.get(key), `${about}: what ${call_id} was given`).toEqual(args);
    }
  }
}

/** The calls that the models made, whatever became of them. */
function callsOf(events: readonly RunEvent[]): unknown[] {
  return events.flatMap((event) =>
    event.type === "model.completed" ? event.data.tool_calls.map(({ name }) => name) : [],
  );
}

function expectEffects({ events, fate }: Outcome, about: string): void {
  const unknown = events.flatMap((e) =>
    e.type === "tool.outcome_unknown" ? [e.data.call_id] : [],
  );
  const again = events.flatMap((e) =>
    e.type === "approval.requested" && e.data.reason === "outcome_unknown" ? [e.data.call_id] : [],
  );
  const cut = new Set(
    events.flatMap((e) => (e.type === "recovery.started" ? e.data.open_calls : [])),
  );
  // Unknown only where a cut was made.
  expect(
    unknown.filter((id) => !cut.has(id)),
    about,
  ).toEqual([]);
  for (const [key, times] of fate.world) {
    const [effect, call = ""] = [key.split(" ")[0], key.split(":").at(-1)];
    // Once, and again after each approval of another attempt.
    const allowed =
      effect === "pure" || effect === "idempotent"
        ? Infinity
        : 1 + again.filter((id) => id === call).length;
    expect(times, `${about}: ${key}`).toBeLessThanOrEqual(allowed);
  }
  for (const event of events) {
    // What is called done was done.
    if (event.type === "tool.completed" && event.data.output === "done") {
      const acted = [...fate.world.keys()].filter((key) => key.endsWith(`:${event.data.call_id}`));
      expect(acted.length, `${about}: ${event.data.call_id}`).toBe(1);
    }
  }
}

/** Does work side by side, a few at a time. */
async function each<T>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of rest) {
        await work(item);
      }
    }),
  );
}

/** Over all scenarios: the writes that were seen, and the places at which a process was stopped. */
const seen = new Set<string>();
const stopped = new Map<string, number>();
/** Over all scenarios: the crash points that were or are being tried. */
const tried = new Set<string>();

/** Where to stop a run, and the crash points that this is: known ones are tried no more. */
interface Point {
  readonly kills: readonly Kill[];
  readonly keys: readonly string[];
}

/**
 * The crash points around writes of a run that was stopped by `kills`, from the last stop on. In a run
 * that was not stopped before, a point is a place, the writes before and after it, the situation, and
 * who is told of the run. In one that was, it is a place and the write before it, since what is new
 * there are the writes that only a crash leads to.
 * A write to the object's own storage that is dropped leaves what it found, as a stop before it
 * does: that it is dropped is tried once for each name.
 */
function pointsOf(
  scenario: Scenario,
  kills: readonly Kill[],
  { writes, stoppedAt }: Fate,
): Point[] {
  const { announced, followed, slotted, direct, config } = scenario;
  const since = writes.slice(stoppedAt);
  return since.flatMap(({ name, nth, isOwn, situation, hasCalls }, i) => {
    const after = [since[i - 1]?.name, name, hasCalls && config.on_outcome_unknown];
    const whole = [after, since[i + 1]?.name, situation, announced, followed, slotted, direct];
    return WHENS.map((when: When) => {
      const keyOf = (key: readonly unknown[]) => `${when} ${JSON.stringify(key)}`;
      const key = when === "unsafe" && isOwn ? [`${when} ${name}`] : [keyOf(whole), keyOf(after)];
      return {
        kills: kills.concat({ name, nth, when }),
        keys: kills.length === 0 ? key : key.slice(-1),
      };
    });
  });
}

/** Stops a scenario around every write there is; gives how often at each. */
async function enumerate(scenario: Scenario): Promise<{ stops: number; shared: number }> {
  const width = WIDTH[scenario.retriedBy ?? "test"];
  const undisturbed = await play(scenario);
  expectSound(undisturbed, undisturbed, "undisturbed");
  // An object may sleep while it is polled too slowly; nothing interrupted it.
  expect(undisturbed.fate.deaths).toBe(0);
  expect(undisturbed.events.map(({ type }) => type)).not.toContain("recovery.started");
  expect(undisturbed.rows).toBe(undisturbed.fate.logged);
  let [stops, shared] = [0, 0];
  const attempt = async (kills: readonly Kill[]): Promise<Fate> => {
    const about = kills.map(({ name, nth, when }) => `${when} ${name} #${nth}`).join(", then ");
    const outcome = await play(scenario, ...kills).catch((error: unknown) => {
      throw new Error(`${about}: the run did not come to its end`, { cause: error });
    });
    expectSound(outcome, undisturbed, about);
    stops += outcome.fate.killed.length;
    for (const { name } of outcome.fate.writes) {
      seen.add(name);
    }
    for (const { name, when } of outcome.fate.killed) {
      stopped.set(`${when} ${name}`, (stopped.get(`${when} ${name}`) ?? 0) + 1);
    }
    return outcome.fate;
  };
  let points = pointsOf(scenario, [], undisturbed.fate);
  for (let depth = 1; depth <= MAX_DEPTH && points.length > 0; depth += 1) {
    const next: Point[] = [];
    await each(width, points, async ({ kills, keys }) => {
      const [key = ""] = keys;
      if (tried.has(key)) {
        shared += 1;
        return;
      }
      for (const one of keys) {
        tried.add(one);
      }
      const fate = await attempt(kills);
      if (fate.killed.length === kills.length) {
        next.push(...pointsOf(scenario, kills, fate));
      } else {
        // It went another way this time: the point is left to others.
        tried.delete(key);
      }
    });
    points = next;
  }

  return { stops, shared };
}

/** A scenario and what it is, for the title of its test. */
export type Named = readonly [what: string, scenario: Scenario];

/** Declares the tests of scenarios, and one that no write of theirs was left out. */
export function stopsAroundEveryWrite(scenarios: readonly Named[]): void {
  test.concurrent.each(scenarios)(
    "%s, stopped around every write, ends as the undisturbed one",
    { timeout: 1_800_000 },
    async (what, scenario) => {
      const { stops, shared } = await enumerate(scenario);
      expect(stops).toBeGreaterThan(0);
      // oxlint-disable-next-line no-console -- what was enumerated is for people to read
      console.log(`${what}: ${stops} stops, ${shared} points shared with others`);
    },
  );

  test("there is no write around which nobody was stopped", () => {
    const table = [...stopped].map(([place, n]) => `  ${String(n).padStart(3)} × ${place}`);
    const stops = [...stopped.values()].reduce((sum, n) => sum + n, 0);
    // oxlint-disable-next-line no-console -- what was enumerated is for people to read
    console.log(`${stops} stops, ${tried.size} crash points\n${table.toSorted().join("\n")}`);
    expect(seen.size).toBeGreaterThan(30);
    expect(stops).toBeGreaterThan(500);
    const missed = [...seen].flatMap((name) =>
      WHENS.map((when) => `${when} ${name}`).filter((place) => !stopped.has(place)),
    );
    expect(missed).toEqual([]);
  });
}
