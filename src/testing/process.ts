/** One process of a simulated run: the engine's parts over the disk, until it is stopped. */
import type { RunContext } from "../durable/run/context.ts";
import type { Deps } from "../durable/run/deps.ts";
import { RunCore } from "../durable/run/run-core.ts";
import { EventLog, type StoredEvent } from "../durable/run/storage/event-log.ts";
import type { RunSpec } from "../run/spec/spec.ts";
import { ProcessStorage, Stopped, type Disk } from "./disk.ts";
import { surrounded, type Surroundings } from "./globals.ts";

/** What a process needs from its platform. */
export interface ProcessHost {
  readonly disk: Disk;
  readonly surroundings: Omit<Surroundings, "owner">;
  /** Builds the dependencies of a run in this process. */
  deps(process: Process): Deps;
  /** Called around each write; returns whether the process stops there. */
  stopsAt(write: number, when: "before" | "after"): boolean;
  fault(name: string, error: unknown): void;
  /**
   * Called after each write with its events. Returns how the process ends there: it stops, or the
   * work that wrote fails; null if it goes on.
   */
  published(events: readonly StoredEvent[]): "stop" | "fail" | null;
}

/** One process. */
export class Process {
  readonly core: RunCore;
  readonly context: RunContext;
  /** The tools whose code this process waits for. */
  readonly working: string[] = [];
  readonly #host: ProcessHost;
  readonly #storage: ProcessStorage;
  readonly #surroundings: Surroundings;
  #alive = true;

  constructor(host: ProcessHost, name: string) {
    this.#host = host;
    this.#surroundings = { ...host.surroundings, owner: { process: this, tool: null } };
    this.#storage = new ProcessStorage(host.disk, (write, when) => {
      if (host.stopsAt(write, when)) {
        this.stop();
        throw new Stopped();
      }
    });
    const storage = this.#storage;
    let built: Deps | null = null;
    this.context = {
      storage,
      log: new EventLog(storage.sql, (write) => storage.transactionSync(write)),
      deps: () => (built ??= host.deps(this)),
      observer: { count: () => {}, fault: (fault, error) => this.#fault(fault, error) },
      now: () => host.surroundings.clock.now,
      background: (work) => void work.catch((error: unknown) => this.#fault("run", error)),
    };
    this.core = new RunCore(this.context, {
      name,
      publish: (events) => this.#published(events),
      watched: () => false,
      disconnect: () => {},
      onEmptyAlarm: async () => {},
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Stops the process: it writes nothing more, and its timers are gone. */
  stop(): void {
    this.#alive = false;
    this.#storage.end();
    this.#host.surroundings.clock.clearAllOf(this);
  }

  /** Runs work of this process. A stopped process never settles it. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const result = await surrounded(this.#surroundings, async () => {
      try {
        return { value: await work() };
      } catch (error) {
        return { error };
      }
    });
    if (!this.#alive) {
      return new Promise(() => {});
    }
    if ("error" in result) {
      throw result.error;
    }
    return result.value;
  }

  /** Runs code of a tool for this process. It never runs in a stopped one. */
  async call<T>(tool: string, work: () => Promise<T>): Promise<T> {
    if (!this.#alive) {
      return new Promise(() => {});
    }
    this.working.push(tool);
    try {
      const owner = { process: this, tool };
      return await surrounded({ ...this.#host.surroundings, owner }, work);
    } finally {
      this.working.splice(this.working.indexOf(tool), 1);
    }
  }

  /** Starts the run, as the queue's consumer does. */
  start(spec: RunSpec): Promise<boolean> {
    return this.run(() => this.core.start(spec));
  }

  #published(events: readonly StoredEvent[]): void {
    const end = this.#host.published(events);
    if (end === "stop") {
      this.stop();
    }
    if (end !== null) {
      throw new Stopped();
    }
  }

  #fault(name: string, error: unknown): void {
    if (this.#alive && !(error instanceof Stopped)) {
      this.#host.fault(name, error);
    }
  }
}
