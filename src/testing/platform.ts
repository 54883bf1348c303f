/**
 * The platform of a simulated run: a queue that delivers until it is acknowledged, an alarm that is
 * retried until its handler returns, people who answer, and a clock that moves when nothing else can
 * happen.
 */
import { setTimeout as realSleep } from "node:timers/promises";
import { openQuestions, type OpenQuestion } from "../run/decide/questions.ts";
import type { RunCommand } from "../run/decide/command.ts";
import { INITIAL_STATE, type RunState } from "../run/log/state.ts";
import type { RunSpec } from "../run/spec/spec.ts";
import type { Disk } from "./disk.ts";
import type { Faults } from "./faults.ts";
import { Process, type ProcessHost } from "./process.ts";
import { SimulationError } from "./simulation-error.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** Pause before the queue delivers again, and before the platform retries an alarm; it doubles. */
const REDELIVERY_MS = 1_000;
const ALARM_RETRY_MS = 2_000;
/** Most retries of a delivery, and the longest virtual life of a run. */
const MAX_RETRIES = 50;
const LONGEST_MS = 3_650 * 86_400_000;
/** Turns of the event loop after which a run that never rests counts as stuck. */
const MAX_TURNS = 1_000_000;

/** Turns of the event loop that the simulation waits before it sleeps: most work is done by then. */
const QUICK_TURNS = 8;

/** A command of a person, and when it is sent. */
export interface Planned {
  readonly at: number;
  readonly command: RunCommand;
}

/** What the platform needs from its simulation. */
export interface PlatformHost {
  readonly spec: RunSpec;
  readonly disk: Disk;
  readonly clock: VirtualClock;
  readonly faults: Faults;
  /** Called before each new process, to make its tools. */
  prepare(): Promise<void>;
  readonly process: ProcessHost;
  /** Asks people. Null: no answer. */
  ask(question: OpenQuestion): Promise<Planned | null>;
  /** Returns a command that the run gets now, as recorded; null for none. */
  command(): RunCommand | null;
  /** Returns whether the run is where the simulation should stop. */
  until(state: RunState): boolean;
  /** An error that ends the simulation, such as tools that never stop asking the network. */
  failure(): string | null;
  readonly realWaitMs: number;
  /** Whether the platform pauses before it tries again. A replay follows the recorded times. */
  readonly pauses: boolean;
}

interface Alarm {
  readonly scheduled: number;
  readonly retryCount: number;
}

/** Runs one run. */
export class Platform {
  processes = 0;
  alarms = 0;
  deliveries = 0;
  readonly #host: PlatformHost;
  #process: Process | null = null;
  /** Times at which the queue delivers the task's message. */
  #messages: { at: number; tries: number }[] = [];
  #delivering: { process: Process; message: { at: number; tries: number } } | null = null;
  #firing: { process: Process; alarm: Alarm } | null = null;
  #retry: (Alarm & { readonly at: number }) | null = null;
  readonly #asked = new Map<number, Planned | null>();
  #asking = 0;
  /** Errors of people's code and refused commands, which end the simulation. */
  readonly #errors: Error[] = [];

  constructor(host: PlatformHost) {
    this.#host = host;
    this.#messages.push({ at: host.clock.now, tries: 0 });
  }

  /** The newest state of the run. */
  get state(): RunState {
    return this.#process?.alive === true ? this.#process.context.log.state : INITIAL_STATE;
  }

  get process(): Process | null {
    return this.#process;
  }

  /** Delivers the task's message once more. */
  deliverAgain(): void {
    this.#messages.push({ at: this.#host.clock.now, tries: 0 });
  }

  /** Runs the run to the point where the simulation should stop, or where nothing can happen. */
  async run(): Promise<void> {
    const { clock } = this.#host;
    const start = clock.now;
    for (let turns = 0; ; turns += 1) {
      await turn();
      this.#check(turns, clock.now - start);
      if (this.#isDone()) {
        return;
      }
      if (await this.#step()) {
        continue;
      }
      const timer = clock.earliest;
      const working = (this.#process?.working.length ?? 0) + this.#asking;
      // Code that has set no timer waits for the machine, or for nothing at all.
      if (working > 0 && clock.waitingTools.length === 0 && (await this.#realWork())) {
        continue;
      }
      const next = Math.min(timer?.at ?? Infinity, this.#nextEvent());
      if (next === Infinity) {
        return;
      }
      clock.advance(next);
      if (timer !== null && timer.at <= next) {
        clock.fire(timer);
      }
    }
  }

  #check(turns: number, elapsed: number): void {
    const [error] = this.#errors;
    if (error !== undefined) {
      throw error;
    }
    const failure = this.#host.failure();
    if (failure !== null) {
      throw new SimulationError(failure);
    }
    if (elapsed > LONGEST_MS) {
      throw new SimulationError("The run did not end within ten years of the virtual clock.");
    }
    if (turns > MAX_TURNS) {
      throw new SimulationError("The run never rests: a tool or the model asks without an end.");
    }
  }

  #isDone(): boolean {
    const process = this.#process;
    if (process === null || !process.alive) {
      return false;
    }
    const { state } = this;
    const quiet = this.#firing === null && this.#delivering === null && this.#messages.length === 0;
    return state.end === null
      ? state.seq > 0 && this.#host.until(state)
      : quiet && !process.core.outbox.behind;
  }

  /** Does what is due now. Returns whether there was anything. */
  async #step(): Promise<boolean> {
    this.#bury();
    return (
      (await this.#deliver()) ||
      this.#recordedCommand() ||
      (await this.#fireAlarm()) ||
      this.#people()
    );
  }

  /** Takes note of a process that was stopped: what it held is delivered again. */
  #bury(): void {
    const { clock, disk } = this.#host;
    if (this.#process?.alive !== false) {
      return;
    }
    this.#process = null;
    if (this.#delivering !== null) {
      this.#redeliver(this.#delivering.message);
    }
    if (this.#firing !== null) {
      this.#failAlarm(this.#firing.alarm);
    } else if (disk.alarm !== null) {
      disk.alarm = Math.max(disk.alarm, clock.now);
    }
  }

  async #awake(): Promise<Process> {
    if (this.#process === null) {
      await this.#host.prepare();
      this.processes += 1;
      const { tenant_id, task_id } = this.#host.spec;
      this.#process = new Process(this.#host.process, `${tenant_id}/${task_id}`);
    }
    return this.#process;
  }

  async #deliver(): Promise<boolean> {
    const { clock } = this.#host;
    const message = this.#messages.find(({ at }) => at <= clock.now);
    if (message === undefined || this.#delivering !== null) {
      return false;
    }
    const process = await this.#awake();
    this.#messages = this.#messages.filter((one) => one !== message);
    this.deliveries += 1;
    this.#delivering = { process, message };
    process.start(this.#host.spec).then(
      () => {
        this.#delivering = null;
      },
      () => this.#redeliver(message),
    );
    return true;
  }

  #redeliver({ tries }: { readonly tries: number }): void {
    this.#delivering = null;
    if (tries >= MAX_RETRIES) {
      this.#errors.push(new SimulationError("The run could not be started."));
    }
    const at = this.#host.clock.now + this.#pause(REDELIVERY_MS, tries);
    this.#messages.push({ at, tries: tries + 1 });
  }

  async #fireAlarm(): Promise<boolean> {
    const { clock, disk } = this.#host;
    if (this.#firing !== null) {
      return false;
    }
    const retry = this.#retry !== null && this.#retry.at <= clock.now ? this.#retry : null;
    const due = disk.alarm !== null && disk.alarm <= clock.now ? disk.alarm : null;
    if (retry === null && due === null) {
      return false;
    }
    const process = await this.#awake();
    const alarm: Alarm = retry ?? { scheduled: due ?? clock.now, retryCount: 0 };
    this.#retry = null;
    if (retry === null) {
      disk.alarm = null;
    }
    this.alarms += 1;
    const n = this.alarms;
    this.#firing = { process, alarm };
    const { scheduled, retryCount } = alarm;
    const info = { isRetry: retryCount > 0, retryCount, scheduledTime: scheduled };
    process
      .run(() => process.core.driver.onAlarm(info))
      .then(
        () => {
          this.#firing = null;
          if (this.#host.faults.take("duplicate_alarm", (fault) => fault.alarm === n) !== null) {
            this.#retry = { ...alarm, at: clock.now };
          }
        },
        () => this.#failAlarm(alarm),
      );
    return true;
  }

  #failAlarm({ scheduled, retryCount }: Alarm): void {
    const { clock, disk } = this.#host;
    this.#firing = null;
    if (disk.alarm === null) {
      const at = clock.now + this.#pause(ALARM_RETRY_MS, retryCount);
      this.#retry = { scheduled, retryCount: retryCount + 1, at };
    }
  }

  /** Sends the command that the recorded run got at this place of its log. */
  #recordedCommand(): boolean {
    const command = this.#process === null ? null : this.#host.command();
    if (this.#process === null || command === null) {
      return false;
    }
    this.#send(this.#process, command);
    return true;
  }

  /** Asks people what the run asks, and sends what they answered. */
  #people(): boolean {
    const { clock } = this.#host;
    if (this.#process === null) {
      return false;
    }
    for (const question of openQuestions(this.state)) {
      const planned = this.#asked.get(question.seq);
      if (planned === undefined) {
        this.#ask(question);
        return true;
      }
      if (planned !== null && planned.at <= clock.now) {
        this.#send(this.#process, planned.command);
        return true;
      }
    }
    return false;
  }

  #ask(question: OpenQuestion): void {
    this.#asked.set(question.seq, null);
    this.#asking += 1;
    this.#host
      .ask(question)
      .then(
        (planned) => this.#asked.set(question.seq, planned),
        (error: unknown) => this.#fail(error),
      )
      .finally(() => {
        this.#asking -= 1;
      });
  }

  #send(process: Process, command: RunCommand): void {
    void process
      .run(async () => {
        const answer = process.core.commands.execute(command);
        if (!answer.ok) {
          this.#errors.push(new SimulationError(`The answer was refused: ${answer.message}`));
        }
      })
      .catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#errors.push(error instanceof Error ? error : new SimulationError(String(error)));
  }

  #pause(ms: number, tries: number): number {
    return this.#host.pauses ? ms * 2 ** Math.min(tries, 6) : 0;
  }

  #nextEvent(): number {
    const { disk } = this.#host;
    const alarm = this.#firing === null ? (disk.alarm ?? Infinity) : Infinity;
    const retry = this.#firing === null ? (this.#retry?.at ?? Infinity) : Infinity;
    const messages = this.#delivering === null ? this.#messages.map(({ at }) => at) : [];
    const open = this.#process === null ? [] : openQuestions(this.state);
    const answers = open.map(({ seq }) => this.#asked.get(seq)?.at ?? Infinity);
    return Math.min(alarm, retry, ...messages, ...answers);
  }

  /** Waits for real work of the agent's code. Returns whether it made progress. */
  async #realWork(): Promise<boolean> {
    const { clock, disk, realWaitMs } = this.#host;
    const mark = (): string =>
      [clock.changes, disk.writes, this.#process?.working.length, this.#asking].join();
    const before = mark();
    for (let turns = 0; turns < QUICK_TURNS; turns += 1) {
      await turn();
      if (mark() !== before) {
        return true;
      }
    }
    const end = performance.now() + realWaitMs;
    while (performance.now() < end) {
      await realSleep(1);
      if (mark() !== before) {
        return true;
      }
    }
    return false;
  }
}

/** Resolves after everything that can run without time has run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
