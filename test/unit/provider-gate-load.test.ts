/** Many runs behind a provider's gate, against a provider that counts requests and tokens itself. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { GateCore, type GateSettings } from "../../src/durable/gate/core.ts";
import type { GateReport, GateRequest } from "../../src/durable/gate/rpc.ts";
import { seeded } from "../../src/testing/random.ts";

const SETTINGS: GateSettings = {
  limits: {},
  weightOf: () => 1,
  breakerMs: 5_000,
  repeatMs: 60_000,
};

function asks(task: string, tenant = "t", tokens = 100): GateRequest {
  return { task, tenant, priority: 0, inputTokens: tokens, maxOutputTokens: 100 };
}

function replied(task: string, tokens = 100): GateReport {
  const used = { inputTokens: tokens, outputTokens: 0 };
  return { task, tenant: "t", failure: null, used, limits: null, asked: true };
}

function failed(
  task: string,
  code: NonNullable<GateReport["failure"]>["code"],
  retryAfterMs: number | null = null,
): GateReport {
  return {
    task,
    tenant: "t",
    failure: { code, retryAfterMs },
    used: null,
    limits: null,
    asked: true,
  };
}

/** A provider with two limits per minute, both counted as buckets. */
class Provider {
  calls = 0;
  refused = 0;
  used = 0;
  #tokens: number;
  #requests: number;
  #at = 0;
  readonly #rpm: number;
  readonly #tpm: number;
  constructor(rpm: number, tpm: number) {
    this.#rpm = rpm;
    this.#tpm = tpm;
    this.#requests = rpm;
    this.#tokens = tpm;
  }
  /** Counts a request; returns whether it is accepted. */
  call(tokens: number, now: number): boolean {
    const minutes = (now - this.#at) / 60_000;
    this.#at = now;
    this.#requests = Math.min(this.#rpm, this.#requests + minutes * this.#rpm);
    this.#tokens = Math.min(this.#tpm, this.#tokens + minutes * this.#tpm);
    this.calls += 1;
    if (this.#requests < 1 || this.#tokens < tokens) {
      this.refused += 1;
      return false;
    }
    this.#requests -= 1;
    this.#tokens -= tokens;
    this.used += tokens;
    return true;
  }
}

interface Run {
  readonly tenant: string;
  readonly task: string;
  left: number;
  waits: boolean;
}

/** Runs of several tenants, all begun at once, in steps of virtual time. */
function simulate(
  seed: number,
  sizes: Readonly<Record<string, number>>,
  { dies = false }: { readonly dies?: boolean } = {},
) {
  const random = seeded(seed);
  const [rpm, tpm] = [1_200, 600_000];
  const provider = new Provider(rpm, tpm);
  const settings = { ...SETTINGS, limits: { requests: rpm, tokens: tpm } };
  let core = new GateCore(settings, null, 0, random);
  let stored = core.stored;
  const runs = new Map<string, Run>();
  for (const [tenant, size] of Object.entries(sizes)) {
    for (let i = 0; i < size; i += 1) {
      const task = `${tenant}${i}`;
      runs.set(task, { tenant, task, left: 3, waits: false });
    }
  }
  const events: { at: number; act: () => void }[] = [];
  const later = (at: number, act: () => void): void => {
    events.push({ at, act });
  };
  const usedBy = new Map<string, number>();
  let now = 0;
  let busyUntil = 0;
  const send = (run: Run): void => {
    const [input, output] = [400 + Math.floor(random() * 800), Math.floor(random() * 400)];
    // The estimate of a run lies above what the provider counts.
    const request = asks(run.task, run.tenant, Math.ceil(input * 1.1));
    const answer = core.ask({ ...request, maxOutputTokens: 32_000 }, now);
    run.waits = !answer.ok;
    if (!answer.ok) {
      later(answer.until, () => run.waits && send(run));
      return;
    }
    const arrives = 5 + Math.floor(random() * 40);
    later(now + arrives, () => {
      if (!provider.call(input + output, now)) {
        core.report(failed(run.task, "rate_limited", 1_000), now);
        later(now + 10, () => send(run));
        return;
      }
      usedBy.set(run.tenant, (usedBy.get(run.tenant) ?? 0) + input + output);
      later(now + 1_000 + Math.floor(random() * 7_000), () => {
        const used = { inputTokens: input, outputTokens: output };
        core.report({ ...replied(run.task), used }, now);
        run.left -= 1;
        busyUntil = now;
        if (run.left > 0) {
          later(now + 5, () => send(run));
        }
      });
    });
  };
  for (const run of runs.values()) {
    later(Math.floor(random() * 1_000), () => send(run));
  }
  const seen = { shares: new Map<string, number>() };
  while ([...runs.values()].some(({ left }) => left > 0) && now < 3_600_000) {
    now += 10;
    const due = events.filter(({ at }) => at <= now);
    if (due.length > 0) {
      events.splice(0, events.length, ...events.filter(({ at }) => at > now));
      due.sort((a, b) => a.at - b.at);
      for (const { act } of due) {
        act();
      }
    }
    if (dies && now % 7_000 === 0) {
      core = new GateCore(settings, stored, now, random);
    }
    if (now % 1_000 === 0) {
      stored = core.stored;
    }
    for (const { task } of core.grant(now, 50)) {
      const run = runs.get(task);
      later(now + 5, () => run?.waits === true && send(run));
    }
    if (now === 60_000) {
      seen.shares = new Map(usedBy);
    }
  }
  const limit = tpm + (busyUntil / 60_000) * tpm;
  return { provider, now, limit, runs, shares: seen.shares };
}

test("2,000 runs use the limit, are hardly refused, and no tenant gets less than half its share", () => {
  const sizes = { a: 1_400, b: 400, c: 100, d: 100 };
  const { provider, limit, runs, shares } = simulate(1, sizes);
  expect([...runs.values()].every(({ left }) => left === 0)).toBe(true);
  expect(provider.refused / provider.calls).toBeLessThan(0.01);
  expect(provider.used / limit).toBeGreaterThan(0.95);
  const total = [...shares.values()].reduce((sum, used) => sum + used, 0);
  for (const tenant of ["a", "b", "c", "d"]) {
    // In the first minute all tenants want more than a quarter, or got all that they want.
    const wanted = (sizes[tenant as keyof typeof sizes] ?? 0) * 3 * 1_000;
    expect(shares.get(tenant) ?? 0).toBeGreaterThan(Math.min(total / 4, wanted) / 2);
  }
}, 60_000);

test("a gate that dies every few seconds strands no run, and costs few refusals", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { provider, runs } = simulate(seed, { a: 200, b: 50 }, { dies: true });
      expect([...runs.values()].every(({ left }) => left === 0)).toBe(true);
      expect(provider.refused / provider.calls).toBeLessThan(0.05);
    }),
    { numRuns: 3 },
  );
}, 60_000);
