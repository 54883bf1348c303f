/**
 * What a seed decides: the tasks with the end that each has if nothing disturbs it, the clients
 * that submit them, the watchers that look on, and when the service is killed. Nothing here knows
 * the service; an expected end follows from the script alone.
 */
import { Chance } from "./chance.ts";
import { bodyOfTree, levelsOf, TREE_SIZE, type PlannedLevel } from "./trees.ts";

type Json = Readonly<Record<string, unknown>>;

/** How a run is over, whatever happened on the way. */
export type End =
  | { readonly status: "completed"; readonly answer: string }
  | { readonly status: "failed"; readonly code: string }
  | { readonly status: "cancelled" };

export interface PlannedTask {
  readonly chaos: number;
  /** The body of its submission. */
  readonly body: Json;
  /** The end without a disturbance; a task that has none by itself is cancelled. */
  readonly end: End;
  /** What the undisturbed run has used by then; not compared where it is cancelled. */
  readonly usage: { readonly steps: number; readonly tool_calls: number };
  /** The levels of a tree whose first task this is; null for a task alone. */
  readonly tree: readonly PlannedLevel[] | null;
  readonly client: PlannedClient;
  readonly watchers: readonly PlannedWatcher[];
}

export interface PlannedClient {
  readonly submitAtMs: number;
  /** With an Idempotency-Key; then a lost answer is asked for again, and must be the same task. */
  readonly keyed: boolean;
  /** Sends the same request twice side by side. */
  readonly hasty: boolean;
  readonly prefer: string | null;
  /** Cancels so long after it was told that the task is accepted. */
  readonly cancelAfterMs: number | null;
}

export interface PlannedWatcher {
  readonly kind: "sse" | "socket";
  readonly beginsAfterMs: number;
  /** Where each of its visits ends of its own will; after these it stays. */
  readonly visits: readonly { readonly events: number; readonly ms: number }[];
  readonly pauseMs: number;
}

export interface Plan {
  readonly tasks: readonly PlannedTask[];
  /** Time that the service is left at work before each kill. */
  readonly killAfterMs: readonly number[];
}

/** Submissions in a second, on average. */
const RATE = 7;
/** Kills for each hundred tasks. */
const KILLS = { from: 3, to: 4 } as const;
/** Tasks, in trees and alone, for each tree. */
const TASKS_PER_TREE = 33;
/** Attempts of a model call in this run; the pauses between them are short. */
export const RETRY_ATTEMPTS = 5;

/** All that is decided, from the seed. */
export function planFor(seed: string, tasks: number): Plan {
  const chance = new Chance(seed, "kills");
  const hundreds = Math.max(1, tasks / 100);
  const kills = Math.round(chance.whole(KILLS.from * hundreds, KILLS.to * hundreds));
  const trees = Math.floor(tasks / TASKS_PER_TREE);
  const alone = tasks - trees * TREE_SIZE;
  return {
    tasks: [
      ...Array.from({ length: alone }, (_, chaos) => taskFor(seed, chaos, tasks)),
      ...Array.from({ length: trees }, (_, n) => treeFor(seed, alone + n, tasks)),
    ],
    killAfterMs: Array.from({ length: kills }, () =>
      // Now and then in the middle of a recovery.
      chance.happens(0.2) ? chance.whole(0, 300) : chance.whole(300, 3800),
    ),
  };
}

function taskFor(seed: string, chaos: number, tasks: number): PlannedTask {
  const chance = new Chance(seed, "task", chaos);
  const script = new ScriptWriter(chance, chaos);
  const ending = chance.pick(ENDINGS);
  const length = chance.pick({ none: 20, short: 50, long: 30 });
  const turns = { none: 0, short: chance.whole(1, 3), long: chance.whole(4, 9) }[length];
  for (let turn = 0; turn < turns; turn += 1) {
    script.turn();
  }
  const { end, limits = {} } = script.finish(ending);
  return {
    chaos,
    body: {
      input_data: {
        goal: chance.happens(0.05) ? "A goal too long for a message. ".repeat(700) : "Play.",
        chaos,
        script: script.entries,
        script_tools: [script.clerk],
      },
      agent_config: { model: "local/script" },
      metadata: { chaos: String(chaos) },
      ...limits,
    },
    end,
    usage: { steps: script.steps, tool_calls: script.toolCalls },
    tree: null,
    client: clientFor(new Chance(seed, "client", chaos), ending, tasks),
    watchers: watchersFor(new Chance(seed, "watchers", chaos)),
  };
}

/** A tree of tasks that end with an answer, unless the client of the first one cancels it. */
function treeFor(seed: string, chaos: number, tasks: number): PlannedTask {
  const levels = levelsOf(
    (level) => new ScriptWriter(new Chance(seed, "level", chaos, level), chaos),
  );
  const [first] = levels;
  if (first === undefined) {
    throw new Error("a tree has levels");
  }
  const { input_data, ...body } = bodyOfTree(levels, chaos % 2 === 0);
  const ending = new Chance(seed, "tree", chaos).pick({ answers: 2, answers_unless_cancelled: 1 });
  return {
    chaos,
    body: {
      ...body,
      input_data: { goal: "Play.", chaos, ...(input_data as Json) },
      metadata: { chaos: String(chaos) },
    },
    end: { status: "completed", answer: first.answer },
    usage: first.usage,
    tree: levels,
    client: clientFor(new Chance(seed, "client", chaos), ending, tasks),
    watchers: watchersFor(new Chance(seed, "watchers", chaos)),
  };
}

/** How the scripts end, by weight. */
const ENDINGS = {
  answers: 66,
  answers_unless_cancelled: 8,
  refused: 5,
  retries_exhausted: 4,
  script_exhausted: 4,
  steps_exhausted: 4,
  waits_for_ever: 3,
  talks_for_ever: 3,
  acts_for_ever: 3,
} as const;
type Ending = keyof typeof ENDINGS;

/** Letters of every width, and what SSE, JSON and SQLite might stumble over. */
const WORDS = ["plain", "tschüß", "数据", "👩‍🚀", "\u2028", "line\nbreak", '"quoted"', "data: x\n\n"];

class ScriptWriter {
  readonly entries: Json[] = [];
  /** The one tool that the task brings along. */
  readonly clerk: Json;
  steps = 0;
  toolCalls = 0;
  readonly #chance: Chance;
  readonly #chaos: number;
  readonly #outputs: Json[] = [];
  #items = 0;

  constructor(chance: Chance, chaos: number) {
    this.#chance = chance;
    this.#chaos = chaos;
    this.clerk = {
      name: "clerk",
      effect: chance.pick({ pure: 1, idempotent: 1, once: 1 }),
      delay_ms: chance.whole(0, 300),
      outputs: this.#outputs,
    };
  }

  /** A turn that calls tools and goes on. */
  turn(): void {
    const width = this.#chance.pick({ 1: 5, 2: 3, 3: 2, 4: 1 });
    const calls = Array.from({ length: Number(width) }, () => this.#call());
    this.#say({ tool_calls: calls });
  }

  /** A turn that starts tasks and waits for them. */
  order(calls: readonly Json[]): void {
    this.toolCalls += calls.length;
    this.#say({ tool_calls: calls });
  }

  /** The turn that ends the run with an answer, which it returns. */
  answer(): string {
    const text = this.#text();
    this.#say({ text });
    return text;
  }

  /** The turn that ends the run; the end that follows from it. */
  finish(ending: Ending): { readonly end: End; readonly limits?: Json } {
    const rest = { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] };
    const text = this.#text();
    switch (ending) {
      case "answers":
      case "answers_unless_cancelled":
        this.#say({ text });
        return { end: { status: "completed", answer: text } };
      case "refused": {
        const code = this.#chance.pick({ refused: 1, invalid_request: 1 });
        this.#fail({ class: code });
        return { end: { status: "failed", code } };
      }
      case "retries_exhausted": {
        const code = this.#chance.pick({ overloaded: 1, rate_limited: 1, server_error: 1 });
        this.#fail({ class: code, times: RETRY_ATTEMPTS + 1 });
        return { end: { status: "failed", code } };
      }
      case "script_exhausted":
        this.steps += 1;
        return { end: { status: "failed", code: "script_exhausted" } };
      case "steps_exhausted": {
        this.turn();
        this.entries.push({ text });
        const limits = { max_steps: this.steps };
        return { end: { status: "failed", code: "limit_reached" }, limits: { limits } };
      }
      case "waits_for_ever":
        this.#say(rest);
        return { end: { status: "cancelled" } };
      case "talks_for_ever":
        this.#say({ text, chunks: 10_000, delay_ms: 100 });
        return { end: { status: "cancelled" } };
      case "acts_for_ever": {
        const effect = this.#chance.pick({ pure: 1, idempotent: 1, once: 2 });
        this.#say({ tool_calls: [this.#act(effect, 50_000), ...rest.tool_calls] });
        return { end: { status: "cancelled" } };
      }
      default:
        return ending satisfies never;
    }
  }

  #say(reply: Json): void {
    const chance = this.#chance;
    const times = chance.whole(1, RETRY_ATTEMPTS - 1);
    const failure = chance.pick({ overloaded: 1, rate_limited: 1, server_error: 1, cut_stream: 2 });
    this.steps += 1;
    this.entries.push({
      text: this.#text(),
      chunks: chance.whole(1, 15),
      delay_ms: chance.whole(0, 40),
      ...(chance.happens(0.15) ? { error: { class: failure, times } } : {}),
      ...reply,
    });
  }

  #fail(error: Json): void {
    this.steps += 1;
    this.entries.push({ error });
  }

  #text(): string {
    const length = this.#chance.whole(1, 40);
    const words = Array.from({ length }, () => WORDS[this.#chance.whole(0, WORDS.length - 1)]);
    return `Task ${this.#chaos}: ${words.join(" ")}.`;
  }

  #call(): Json {
    const kind = this.#chance.pick({
      pure: 2,
      idempotent: 4,
      once: 5,
      add: 2,
      clerk: 2,
      wait: 1.5,
      unknown: 0.5,
      wrong: 0.5,
    });
    switch (kind) {
      case "pure":
      case "idempotent":
      case "once":
        return this.#act(kind, this.#chance.happens(0.3) ? this.#chance.whole(1, 800) : 0);
      case "add":
        return this.#counted("add_numbers", { a: this.#items, b: 1 });
      case "clerk": {
        const item = this.#item();
        const refuses = this.#chance.happens(0.2);
        const outcome = refuses ? { error: `no ${item}` } : { output: { item } };
        this.#outputs.push({ arguments: { item }, ...outcome });
        return this.#counted("clerk", { item });
      }
      case "wait":
        return this.#counted("wait", { seconds: this.#chance.whole(0, 25) / 10 });
      // Refused before they begin: no call that counts.
      case "unknown":
        return { name: "crowbar", arguments: {} };
      case "wrong":
        return { name: "world_once", arguments: { item: this.#item() } };
      default:
        return kind satisfies never;
    }
  }

  #act(effect: "pure" | "idempotent" | "once", hold_ms: number): Json {
    const answer = this.#chance.pick({ receipt: 88, error: 8, hang_up: 4 });
    return this.#counted(`world_${effect}`, { item: this.#item(), hold_ms, answer });
  }

  #counted(name: string, args: Json): Json {
    this.toolCalls += 1;
    return { name, arguments: args };
  }

  #item(): string {
    this.#items += 1;
    return `item ${this.#chaos}.${this.#items}`;
  }
}

function clientFor(chance: Chance, ending: Ending, tasks: number): PlannedClient {
  const endless = ending.endsWith("for_ever");
  const cancels = endless || ending === "answers_unless_cancelled";
  // Without a key, an answer that is lost leaves a task behind of which no client knows.
  const keyed = cancels || chance.happens(0.65);
  return {
    submitAtMs: Math.floor((chance.next() * tasks * 1000) / RATE),
    keyed,
    hasty: keyed && chance.happens(0.25),
    prefer: keyed && !endless && chance.happens(0.15) ? "wait=2" : null,
    cancelAfterMs: cancels ? chance.whole(0, 6000) : null,
  };
}

function watchersFor(chance: Chance): PlannedWatcher[] {
  const count = Number(chance.pick({ 0: 25, 1: 50, 2: 25 }));
  return Array.from({ length: count }, () => ({
    kind: chance.pick({ sse: 1, socket: 1 }),
    beginsAfterMs: chance.happens(0.7) ? chance.whole(0, 200) : chance.whole(200, 5000),
    visits: Array.from({ length: chance.whole(0, 4) }, () => ({
      events: chance.whole(0, 12),
      ms: chance.whole(0, 2500),
    })),
    pauseMs: chance.whole(0, 400),
  }));
}
