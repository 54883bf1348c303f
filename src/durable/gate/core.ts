/**
 * What a provider's gate decides: which calls may be sent now, and which wait. Pure: the time is an
 * argument, nothing is stored here. Times are milliseconds since the epoch.
 *
 * Three things hold a call back: limits per minute (`bucket.ts`), which settings or responses state;
 * the breaker (`breaker.ts`); and, where a provider refuses calls and states no limit, a number of
 * calls at once that shrinks with each refusal and grows with each reply.
 */
import {
  LIMITED_UNITS,
  type LimitedUnit,
  type ReportedLimits,
} from "../../run/value/rate-limits.ts";
import { Breaker, type StoredBreaker } from "./breaker.ts";
import { Bucket, type StoredBucket } from "./bucket.ts";
import { FairQueue } from "./fair-queue.ts";
import type {
  GateAnswer,
  GateLimit,
  GateReport,
  GateRequest,
  GateStatus,
  ReportAnswer,
} from "./rpc.ts";

/** Time for which runs ask before each call after a failure, milliseconds. */
const ASK_MS = 300_000;
/** Time after which a granted call that was not claimed is given back, milliseconds. */
const UNCLAIMED_MS = 30_000;
/** Time after which a call without a report is taken for lost, milliseconds. */
const LOST_MS = 900_000;
/** The same for a probe of the breaker: others wait for it. */
const LOST_PROBE_MS = 60_000;
/** Output tokens that a first call is expected to use, until the gate has seen some. */
const FIRST_OUTPUT = 500;
/** Part of the newest call in the average of output tokens. */
const NEWEST = 0.1;
/** A pause that a provider asks for is kept up to this length, milliseconds. */
const MAX_PAUSE_MS = 3_600_000;
/** Calls at once from which a provider that states no limits is not limited any more. */
const MAX_WINDOW = 1000;
/** Lost calls are looked for at this interval, milliseconds. */
const CHECK_MS = 1_000;
/** Maximum limit that is believed, units per minute. */
const MAX_LIMIT = 1e12;

/** Settings of a gate. */
export interface GateSettings {
  /** Limits of the deployment's configuration, units per minute. They win over stated ones. */
  readonly limits: { readonly [U in LimitedUnit]?: number };
  readonly weightOf: (tenant: string) => number;
  /** Pause of an open breaker before its first probe, milliseconds. */
  readonly breakerMs: number;
  /** Time after which a waiting run asks again by itself, milliseconds; up to twice as long. */
  readonly repeatMs: number;
}

/** The state that outlives the process. */
export interface StoredGate {
  readonly buckets: { readonly [U in LimitedUnit]?: StoredBucket };
  readonly breaker: StoredBreaker;
  readonly blockedUntil: number;
  readonly window: number | null;
  readonly output: number;
  readonly askUntil: number;
}

/** A call that was let through and has not been reported. */
interface Granted {
  readonly tenant: string;
  readonly taken: { readonly [U in LimitedUnit]: number };
  readonly at: number;
  readonly claimed: boolean;
  readonly probe: boolean;
}

interface WaitingCall {
  readonly task: string;
  readonly tenant: string;
  readonly priority: number;
  readonly since: number;
  readonly request: GateRequest;
}

/** What holds a call back, and until when; Infinity for until another call ends. */
interface Block {
  readonly limit: GateLimit;
  readonly at: number;
}

export class GateCore {
  readonly #settings: GateSettings;
  readonly #random: () => number;
  readonly #buckets = new Map<LimitedUnit, Bucket>();
  readonly #breaker: Breaker;
  readonly #queue: FairQueue<WaitingCall>;
  readonly #granted = new Map<string, Granted>();
  #blockedUntil: number;
  /** Maximum calls at once; null without one. */
  #window: number | null;
  /** Average output tokens of a call. */
  #output: number;
  #askUntil: number;
  #checkedAt = 0;

  /** @param stored null for a new gate */
  constructor(
    settings: GateSettings,
    stored: StoredGate | null,
    now: number,
    random: () => number,
  ) {
    this.#settings = settings;
    this.#random = random;
    this.#breaker = new Breaker(settings.breakerMs, stored?.breaker ?? null);
    this.#queue = new FairQueue(settings.weightOf);
    this.#blockedUntil = stored?.blockedUntil ?? 0;
    this.#window = stored?.window ?? null;
    this.#output = stored?.output ?? FIRST_OUTPUT;
    this.#askUntil = stored?.askUntil ?? 0;
    for (const unit of LIMITED_UNITS) {
      const limit = settings.limits[unit];
      const known = stored?.buckets[unit];
      if (known !== undefined) {
        this.#buckets.set(unit, new Bucket({ ...known, limit: limit ?? known.limit }));
      } else if (limit !== undefined) {
        this.#buckets.set(unit, new Bucket({ limit, level: limit, at: now }));
      }
    }
  }

  /** Answers a request. A call that cannot be sent now waits. */
  ask(request: GateRequest, now: number): GateAnswer {
    this.#forgetLost(now);
    const held = this.#granted.get(request.task);
    if (held !== undefined) {
      // It was granted while it waited, or it asks again after a crash.
      this.#granted.set(request.task, { ...held, claimed: true, at: now });
      return { ok: true, askUntil: this.#asksUntil(now) };
    }
    const { task, tenant, priority } = request;
    const block = this.#queue.size === 0 ? this.#blockOf(request, now) : null;
    if (this.#queue.size === 0 && block === null) {
      this.#grant({ task, tenant, priority, since: now, request }, true, now);
      return { ok: true, askUntil: this.#asksUntil(now) };
    }
    this.#queue.add({ task, tenant, priority, since: now, request });
    const found = block ?? this.#blockOf(this.#queue.next?.request ?? request, now);
    const grantAt = Math.max(now, found === null || found.at === Infinity ? now : found.at);
    const repeat = this.#settings.repeatMs * (1 + this.#random());
    return {
      ok: false,
      limit: found?.limit ?? "in_flight",
      until: Math.ceil(grantAt + repeat),
      grantAt,
    };
  }

  /**
   * Grants waiting calls in order, as far as there is room.
   * @returns the tasks to wake
   */
  grant(now: number, most: number): { readonly task: string; readonly tenant: string }[] {
    this.#forgetLost(now);
    const woken = [];
    while (woken.length < most) {
      const { next } = this.#queue;
      if (next === null || this.#blockOf(next.request, now) !== null) {
        break;
      }
      this.#grant(next, false, now);
      woken.push({ task: next.task, tenant: next.tenant });
    }
    return woken;
  }

  /** Notes the outcome of a call. */
  report({ task, failure, used, limits, asked }: GateReport, now: number): ReportAnswer {
    const granted = this.#granted.get(task);
    this.#granted.delete(task);
    if (granted !== undefined && used !== null) {
      this.#correct(granted, used, now);
    }
    if (limits !== null) {
      this.#learn(limits, now);
    }
    if (failure === null) {
      this.#breaker.succeeded(task, this.#queue.size > 0, now);
      this.#grow();
    } else {
      this.#breaker.failed(task, failure.code, asked, now);
      if (failure.code === "rate_limited") {
        this.#onRefusal(failure.retryAfterMs, granted, now);
      }
      this.#askUntil = Math.max(this.#askUntil, now + ASK_MS);
    }
    const isBlocked = this.#blockedUntil > now || this.#breaker.stored.state !== "closed";
    return { askUntil: this.#asksUntil(now), waits: isBlocked };
  }

  /** Returns whether a task was granted a call that it has not claimed. */
  isUnclaimed(task: string): boolean {
    return this.#granted.get(task)?.claimed === false;
  }

  /** Forgets a task that does not call any more: it has ended, or was deleted. */
  forget(task: string, now: number): void {
    const granted = this.#granted.get(task);
    this.#queue.remove(task);
    this.#granted.delete(task);
    if (granted !== undefined && !granted.claimed) {
      this.#giveBack(granted.taken, now);
    }
  }

  /** Returns when `grant` may find room again; null if nothing waits. */
  dueAt(now: number): number | null {
    const { next } = this.#queue;
    if (next === null) {
      return null;
    }
    const block = this.#blockOf(next.request, now);
    if (block === null) {
      return now;
    }
    // A lost call must not hold the others forever.
    return Math.min(block.at, now + UNCLAIMED_MS);
  }

  status(tenant: string, now: number): GateStatus {
    const { state, openUntil } = this.#breaker.stored;
    return {
      breaker: state,
      retryAt: state === "closed" ? null : Math.max(openUntil, now),
      blockedUntil: this.#blockedUntil > now ? this.#blockedUntil : null,
      limits: Array.from(this.#buckets, ([unit, bucket]) => ({
        unit,
        limit: bucket.limit,
        remaining: Math.max(0, Math.floor(bucket.level(now))),
      })),
      inFlight: this.#granted.size,
      waiting: this.#queue.size,
      waitingOfTenant: this.#queue.sizeOf(tenant),
    };
  }

  get stored(): StoredGate {
    const buckets: { [U in LimitedUnit]?: StoredBucket } = {};
    for (const [unit, bucket] of this.#buckets) {
      buckets[unit] = bucket.stored;
    }
    return {
      buckets,
      breaker: this.#breaker.stored,
      blockedUntil: this.#blockedUntil,
      window: this.#window,
      output: this.#output,
      askUntil: this.#askUntil,
    };
  }

  #blockOf(request: GateRequest, now: number): Block | null {
    const inFlight = this.#granted.size;
    const passAt = this.#breaker.passAt(inFlight, now);
    if (passAt > now) {
      return { limit: "breaker", at: passAt };
    }
    if (this.#blockedUntil > now) {
      return { limit: "rate_limited", at: this.#blockedUntil };
    }
    if (this.#window !== null && inFlight >= Math.max(1, Math.floor(this.#window))) {
      return { limit: "in_flight", at: Number.POSITIVE_INFINITY };
    }
    const needs = this.#needsOf(request);
    let block: Block | null = null;
    for (const [unit, bucket] of this.#buckets) {
      const wait = bucket.wait(needs[unit], now);
      if (wait > 0 && now + wait > (block?.at ?? now)) {
        block = { limit: unit, at: now + wait };
      }
    }
    return block;
  }

  #grant(call: WaitingCall, claimed: boolean, now: number): void {
    const taken = this.#needsOf(call.request);
    const probe = this.#breaker.stored.state === "open";
    this.#breaker.passed();
    for (const [unit, bucket] of this.#buckets) {
      bucket.take(taken[unit], now);
    }
    this.#queue.grant(call, taken.tokens);
    this.#granted.set(call.task, { tenant: call.tenant, taken, at: now, claimed, probe });
  }

  /** What a call is expected to use. Its output is seldom the maximum. */
  #needsOf({ inputTokens, maxOutputTokens }: GateRequest): Record<LimitedUnit, number> {
    const output = Math.min(maxOutputTokens, Math.ceil(this.#output));
    return {
      requests: 1,
      tokens: inputTokens + output,
      input_tokens: inputTokens,
      output_tokens: output,
    };
  }

  #correct(
    { taken }: Granted,
    { inputTokens, outputTokens }: NonNullable<GateReport["used"]>,
    now: number,
  ): void {
    this.#output += (outputTokens - this.#output) * NEWEST;
    const used: Record<LimitedUnit, number> = {
      requests: 1,
      tokens: inputTokens + outputTokens,
      input_tokens: inputTokens,
      output_tokens: outputTokens,
    };
    for (const [unit, bucket] of this.#buckets) {
      bucket.take(used[unit] - taken[unit], now);
    }
  }

  #learn(limits: ReportedLimits, now: number): void {
    for (const unit of LIMITED_UNITS) {
      const { limit, remaining } = limits[unit] ?? {};
      const bucket = this.#buckets.get(unit);
      const stated =
        this.#settings.limits[unit] ??
        (limit !== undefined && limit >= 1 && limit <= MAX_LIMIT ? limit : undefined);
      if (bucket !== undefined) {
        bucket.learn(stated, remaining, now);
      } else if (stated !== undefined) {
        const level = Math.min(stated, Math.max(0, remaining ?? stated));
        this.#buckets.set(unit, new Bucket({ limit: stated, level, at: now }));
      }
    }
  }

  /** The provider refused a call: its pause is kept, and without stated limits fewer run at once. */
  #onRefusal(retryAfterMs: number | null, granted: Granted | undefined, now: number): void {
    const pause = Math.min(MAX_PAUSE_MS, retryAfterMs ?? 0);
    this.#blockedUntil = Math.max(this.#blockedUntil, now + pause);
    if (this.#buckets.size === 0) {
      const inFlight = this.#granted.size + 1;
      this.#window = Math.max(1, Math.min(this.#window ?? inFlight, inFlight) / 2);
    }
    // A refused call used no tokens. Most providers count it as a request.
    if (granted !== undefined) {
      this.#giveBack({ ...granted.taken, requests: 0 }, now);
    }
  }

  #grow(): void {
    if (this.#window !== null) {
      const window = this.#window + 1 / this.#window;
      this.#window = window > MAX_WINDOW ? null : window;
    }
  }

  #giveBack(taken: Granted["taken"], now: number): void {
    for (const [unit, bucket] of this.#buckets) {
      bucket.take(-taken[unit], now);
    }
  }

  #forgetLost(now: number): void {
    if (now < this.#checkedAt + CHECK_MS) {
      return;
    }
    this.#checkedAt = now;
    for (const [task, { at, claimed, probe, taken }] of this.#granted) {
      const after = claimed ? (probe ? LOST_PROBE_MS : LOST_MS) : UNCLAIMED_MS;
      if (now >= at + after) {
        this.#granted.delete(task);
        if (!claimed) {
          this.#giveBack(taken, now);
        }
      }
    }
  }

  /** Runs ask as long as a limit is configured, something waits, or a failure is recent. */
  #asksUntil(now: number): number {
    const isLimited = Object.keys(this.#settings.limits).length > 0 || this.#queue.size > 0;
    return isLimited ? Math.max(this.#askUntil, now + ASK_MS) : this.#askUntil;
  }
}
