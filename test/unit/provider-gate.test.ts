/** The decisions of a provider's gate, against a provider that counts requests and tokens itself. */
import { describe, expect, test } from "vitest";
import { GateCore, type GateSettings } from "../../src/durable/gate/core.ts";
import type { GateReport, GateRequest } from "../../src/durable/gate/rpc.ts";

const SETTINGS: GateSettings = {
  limits: {},
  weightOf: () => 1,
  breakerMs: 5_000,
  repeatMs: 60_000,
};

function gate(settings: Partial<GateSettings> = {}, now = 0): GateCore {
  return new GateCore({ ...SETTINGS, ...settings }, null, now, () => 0.5);
}

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

/** Returns a gate whose breaker is open. */
function opened(): GateCore {
  const core = gate();
  for (let i = 0; i < 6; i += 1) {
    core.ask(asks(`run${i}`), 0);
  }
  for (let i = 0; i < 6; i += 1) {
    core.report(failed(`run${i}`, "overloaded"), 0);
  }
  return core;
}

describe("limits", () => {
  test("a gate without limits lets every call through", () => {
    const core = gate();
    for (let i = 0; i < 1000; i += 1) {
      expect(core.ask(asks(`run${i}`), i).ok).toBe(true);
    }
  });

  test("calls beyond the limit wait, and are granted as the limit refills", () => {
    const core = gate({ limits: { requests: 60 } });
    // A little of the limit is kept for the time that a call takes to arrive.
    for (let i = 0; i < 59; i += 1) {
      expect(core.ask(asks(`run${i}`), 0).ok).toBe(true);
    }
    const answer = core.ask(asks("late"), 0);
    expect(answer).toMatchObject({ ok: false, limit: "requests" });
    expect(core.grant(910, 10)).toEqual([]);
    expect(core.grant(920, 10)).toEqual([{ task: "late", tenant: "t" }]);
    expect(core.ask(asks("late"), 930).ok).toBe(true);
  });

  test("a call that needs more than the limit is sent once the bucket is full", () => {
    const core = gate({ limits: { tokens: 1_000 } });
    expect(core.ask(asks("small", "t", 100), 0).ok).toBe(true);
    core.report(replied("small", 100), 0);
    expect(core.ask(asks("huge", "t", 50_000), 0)).toMatchObject({ ok: false, limit: "tokens" });
    expect(core.grant(7_000, 10)).toEqual([{ task: "huge", tenant: "t" }]);
  });

  test("a response teaches limits, and others that use the account are noticed", () => {
    const core = gate();
    core.ask(asks("a"), 0);
    const limits = { requests: { limit: 100, remaining: 1 }, tokens: { limit: 0, remaining: -5 } };
    core.report({ ...replied("a"), limits }, 0);
    expect(core.status("t", 0).limits).toEqual([{ unit: "requests", limit: 100, remaining: 1 }]);
    expect(core.ask(asks("b"), 0).ok).toBe(true);
    expect(core.ask(asks("c"), 0)).toMatchObject({ ok: false, limit: "requests" });
  });

  test("a response that lies about its limits cannot raise a configured one", () => {
    const core = gate({ limits: { requests: 1 } });
    core.ask(asks("a"), 0);
    core.report({ ...replied("a"), limits: { requests: { limit: 1e9, remaining: 1e9 } } }, 0);
    expect(core.ask(asks("b"), 0).ok).toBe(false);
  });

  test("a pause that the provider asks for holds every call until it is over", () => {
    const core = gate();
    core.ask(asks("a"), 0);
    expect(core.report(failed("a", "rate_limited", 20_000), 0).waits).toBe(true);
    expect(core.ask(asks("a"), 1)).toMatchObject({
      ok: false,
      limit: "rate_limited",
      grantAt: 20_000,
    });
    expect(core.grant(19_999, 10)).toEqual([]);
    expect(core.grant(20_000, 10)).toHaveLength(1);
  });

  test("without stated limits, refusals lower the number of calls at once, and replies raise it", () => {
    const core = gate();
    for (let i = 0; i < 8; i += 1) {
      core.ask(asks(`run${i}`), 0);
    }
    core.report(failed("run0", "rate_limited"), 0);
    for (let i = 1; i < 8; i += 1) {
      core.report(replied(`run${i}`), 0);
    }
    let through = 0;
    for (let i = 0; i < 20; i += 1) {
      through += core.ask(asks(`next${i}`), 0).ok ? 1 : 0;
    }
    expect(through).toBeGreaterThanOrEqual(4);
    expect(through).toBeLessThan(8);
  });
});

describe("waiting calls", () => {
  test("tenants take turns by what they were granted, whatever they ask for", () => {
    const core = gate({ limits: { tokens: 6_000 } });
    for (let i = 0; i < 60; i += 1) {
      core.ask(asks(`first${i}`, "filler", 1_000), 0);
    }
    for (let i = 0; i < 500; i += 1) {
      core.ask(asks(`many${i}`, "many", 100), 1);
    }
    for (let i = 0; i < 20; i += 1) {
      core.ask(asks(`few${i}`, "few", 100), 2);
    }
    for (let i = 0; i < 60; i += 1) {
      core.forget(`first${i}`, 3);
    }
    const order = core.grant(600_000, 20).map(({ tenant }) => tenant);
    expect(order.filter((tenant) => tenant === "few")).toHaveLength(order.length / 2);
  });

  test("a tenant with twice the weight gets twice as much", () => {
    const core = gate({ limits: { requests: 31 }, weightOf: (t) => (t === "heavy" ? 2 : 1) });
    for (let i = 0; i < 31; i += 1) {
      core.ask(asks(`fill${i}`), 0);
    }
    for (let i = 0; i < 31; i += 1) {
      core.forget(`fill${i}`, 0);
    }
    for (let i = 0; i < 50; i += 1) {
      core.ask(asks(`heavy${i}`, "heavy"), 1);
      core.ask(asks(`light${i}`, "light"), 1);
    }
    const order = core.grant(70_000, 30).map(({ tenant }) => tenant);
    expect(order).toHaveLength(30);
    expect(order.filter((tenant) => tenant === "heavy")).toHaveLength(20);
  });

  test("within a tenant the higher priority goes first, then the older call", () => {
    const core = gate({ limits: { requests: 1 } });
    core.ask(asks("first"), 0);
    core.ask(asks("second"), 1);
    core.ask(asks("third"), 2);
    core.ask({ ...asks("urgent"), priority: 5 }, 3);
    const next = (at: number) => core.grant(at, 1)[0]?.task;
    expect([next(62_000), next(124_000), next(186_000)]).toEqual(["urgent", "second", "third"]);
  });

  test("a task that asks again keeps its place, and one that has ended gives it up", () => {
    const core = gate({ limits: { requests: 1 } });
    core.ask(asks("first"), 0);
    core.ask(asks("second"), 1);
    core.ask(asks("third"), 2);
    core.ask(asks("second"), 3);
    expect(core.status("t", 3)).toMatchObject({ waiting: 2, waitingOfTenant: 2 });
    core.forget("second", 4);
    expect(core.grant(62_000, 5).map(({ task }) => task)).toEqual(["third"]);
  });

  test("a granted call that nobody claims is given back", () => {
    const core = gate({ limits: { requests: 1 } });
    core.ask(asks("first"), 0);
    core.ask(asks("gone"), 1);
    core.ask(asks("here"), 2);
    expect(core.grant(62_000, 5).map(({ task }) => task)).toEqual(["gone"]);
    expect(core.isUnclaimed("gone")).toBe(true);
    expect(core.grant(92_000, 5).map(({ task }) => task)).toEqual(["here"]);
  });
});

describe("the breaker", () => {
  test("it opens after failures of several tasks, and lets one probe through after a pause", () => {
    const core = opened();
    expect(core.status("t", 0)).toMatchObject({ breaker: "open", retryAt: 5_000 });
    expect(core.ask(asks("a"), 1)).toMatchObject({ ok: false, limit: "breaker" });
    core.ask(asks("b"), 2);
    expect(core.grant(4_999, 10)).toEqual([]);
    expect(core.grant(5_000, 10)).toHaveLength(1);
    expect(core.grant(9_000, 10)).toEqual([]);
  });

  test("failed probes double the pause, and replies let more and more calls through", () => {
    const core = opened();
    for (let i = 0; i < 200; i += 1) {
      core.ask(asks(`wait${i}`), 1);
    }
    const probes: number[] = [];
    for (let now = 0; now < 120_000; now += 500) {
      for (const { task } of core.grant(now, 10)) {
        probes.push(now);
        core.ask(asks(task), now);
        core.report(failed(task, "server_error"), now);
        core.ask(asks(task), now);
      }
    }
    expect(probes).toEqual([5_000, 10_000, 20_000, 40_000, 80_000]);
    const sizes: number[] = [];
    for (let now = 140_000; now < 140_004; now += 1) {
      const woken = core.grant(now, 1000);
      sizes.push(woken.length);
      for (const { task } of woken) {
        core.ask(asks(task), now);
        core.report(replied(task), now);
      }
    }
    expect(sizes).toEqual([1, 2, 4, 8]);
  });

  test("a lost probe does not hold the others for ever", () => {
    const core = opened();
    core.ask(asks("a"), 1);
    core.ask(asks("b"), 2);
    const [probe] = core.grant(5_000, 10);
    core.ask(asks(probe?.task ?? ""), 5_001);
    expect(core.grant(64_000, 10)).toEqual([]);
    expect(core.grant(66_000, 10)).toHaveLength(1);
  });

  test("one task that always fails does not open it, nor do rejected keys and requests", () => {
    const core = gate();
    for (let i = 0; i < 100; i += 1) {
      core.ask(asks("poison"), i);
      core.report(failed("poison", "server_error"), i);
      core.ask(asks(`run${i}`), i);
      core.report(failed(`run${i}`, "authentication_failed"), i);
      core.ask(asks(`bad${i}`), i);
      core.report(failed(`bad${i}`, "invalid_request"), i);
    }
    expect(core.status("t", 100).breaker).toBe("closed");
  });

  test("failures among many replies do not open it", () => {
    const core = gate();
    for (let i = 0; i < 100; i += 1) {
      core.ask(asks(`run${i}`), i);
      core.report(i % 3 === 0 ? failed(`run${i}`, "timeout") : replied(`run${i}`), i);
    }
    expect(core.status("t", 100).breaker).toBe("closed");
  });

  test("calls that did not ask open nothing, since their replies are not known", () => {
    const core = gate();
    for (let i = 0; i < 100; i += 1) {
      core.report({ ...failed(`run${i}`, "overloaded"), asked: false }, i);
    }
    expect(core.status("t", 100).breaker).toBe("closed");
    expect(core.report({ ...failed("x", "overloaded"), asked: false }, 200).askUntil).toBe(300_200);
  });
});
