/**
 * The world outside, as a server in the test's process: it outlives every kill, so it can tell what
 * really happened. It keeps each act by its idempotency key, and decides what befalls messages.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Effect } from "../../src/run/value/effect.ts";
import { Chance } from "./chance.ts";
import { FailingCollector } from "./collector.ts";

/** What a tool asks of the world. */
export interface Act {
  readonly key: string;
  readonly effect: Effect;
  readonly item: string;
  /** How long the answer takes; the act itself is done at once. */
  readonly hold_ms: number;
  readonly answer: "receipt" | "error" | "hang_up";
}

/** What a queue's message asks of the world. */
export interface Delivery {
  /** The number of the message's task; null where the message does not tell. */
  readonly chaos: number | null;
}

/** Handled as it is, not at all, twice at once, or now and once more later. */
export type Fate = "pass" | "drop" | "twice" | "again";

const FATES = { pass: 55, drop: 20, twice: 15, again: 10 } as const;

export class World {
  /** Every act in the order of its arrival, by its key. */
  readonly acts = new Map<string, Act[]>();
  /** How often each fate was decided. */
  readonly fates: Record<Fate, number> = { pass: 0, drop: 0, twice: 0, again: 0 };
  /** Where the service sends its traces, at `/v1/traces`. */
  readonly collector: FailingCollector;
  readonly #seed: string;
  readonly #server: Server;
  readonly #deliveries = new Map<number | null, number>();
  #url = "";
  #acted = Promise.withResolvers<void>();

  private constructor(seed: string) {
    this.#seed = seed;
    this.collector = new FailingCollector(seed);
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // A connection that the world lets go while a tool takes it up would be a fault nobody planned.
    this.#server.keepAliveTimeout = 600_000;
  }

  static async open(seed: string): Promise<World> {
    const world = new World(seed);
    await new Promise<void>((done) => {
      world.#server.listen(0, "127.0.0.1", done);
    });
    world.#url = `http://127.0.0.1:${(world.#server.address() as AddressInfo).port}`;
    return world;
  }

  get url(): string {
    return this.#url;
  }

  /** Resolves at the next act: runs are under way. */
  async nextAct(): Promise<void> {
    await this.#acted.promise;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    try {
      for await (const chunk of request) {
        text += String(chunk);
      }
    } catch {
      // Killed before it had said what it wanted: nothing was done.
      return;
    }
    if (request.url === "/deliver") {
      const { chaos } = JSON.parse(text) as Delivery;
      response.end(JSON.stringify({ fate: this.#fate(chaos) }));
      return;
    }
    if (request.url === "/v1/traces") {
      this.collector.answer(text, response);
      return;
    }
    const act = JSON.parse(text) as Act;
    this.acts.set(act.key, [...(this.acts.get(act.key) ?? []), act]);
    this.#acted.resolve();
    this.#acted = Promise.withResolvers();
    const who = request.headers.authorization ?? "nobody";
    const timer = setTimeout(() => respond(act, who, response), act.hold_ms);
    response.once("close", () => clearTimeout(timer));
  }

  /** The nth delivery of a task has the same fate in every run of a seed. */
  #fate(chaos: number | null): Fate {
    const n = this.#deliveries.get(chaos) ?? 0;
    this.#deliveries.set(chaos, n + 1);
    const fate = new Chance(this.#seed, "delivery", chaos ?? "unknown", n).pick(FATES);
    this.fates[fate] += 1;
    return fate;
  }
}

/** What the world answers to an act, whenever it is done. */
export function receiptFor(item: string): string {
  return `receipt for ${item}`;
}

function respond({ item, answer }: Act, who: string, response: ServerResponse): void {
  switch (answer) {
    case "receipt":
      response.end(JSON.stringify({ receipt: receiptFor(item) }));
      break;
    case "error":
      response.writeHead(500).end(`the world refuses ${item} to ${who}`);
      break;
    case "hang_up":
      response.destroy();
      break;
    default:
      answer satisfies never;
  }
}
