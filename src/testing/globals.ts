/**
 * Replaces timers, `Date` and `fetch` for code of a simulation, and for no other: what runs in it is
 * known by its asynchronous context. The test runner and concurrent simulations are not affected.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { GuardedFetch } from "../agent/fetch/guarded-fetch.ts";
import { VirtualTimer, type TimerOwner, type VirtualClock } from "./virtual-clock.ts";

/** What the code of a simulation has in place of the machine's. */
export interface Surroundings {
  readonly clock: VirtualClock;
  readonly fetch: GuardedFetch;
  /** Owner of the timers that the code sets. */
  readonly owner: TimerOwner;
}

const current = new AsyncLocalStorage<Surroundings>();

/** Runs work in these surroundings, with everything that it starts. */
export function surrounded<T>(surroundings: Surroundings, work: () => T): T {
  return current.run(surroundings, work);
}

/** Simulations under way: the globals are replaced while there is any. */
let simulations = 0;
let restore: () => void = () => {};

/** Replaces the globals while the work lasts. */
export async function withVirtualGlobals<T>(work: () => Promise<T>): Promise<T> {
  simulations += 1;
  if (simulations === 1) {
    restore = replaceGlobals();
  }
  try {
    return await work();
  } finally {
    simulations -= 1;
    if (simulations === 0) {
      restore();
    }
  }
}

type Run = (...args: unknown[]) => void;

function replaceGlobals(): () => void {
  const { setTimeout: after, setInterval: every, clearTimeout: clear, Date: RealDate } = globalThis;
  const { clearInterval: clearEvery, fetch } = globalThis;
  const virtual: Readonly<Record<string, unknown>> = {
    setTimeout: timer((...args) => Reflect.apply(after, globalThis, args), false),
    setInterval: timer((...args) => Reflect.apply(every, globalThis, args), true),
    clearTimeout: cleared(clear),
    clearInterval: cleared(clearEvery),
    Date: virtualDate(RealDate),
    fetch: (...args: Parameters<GuardedFetch>): Promise<Response> =>
      (current.getStore()?.fetch ?? fetch)(...args),
  };
  const real = new Map(
    Object.keys(virtual).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]),
  );
  for (const [name, value] of Object.entries(virtual)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, descriptor] of real) {
      if (descriptor !== undefined) {
        Object.defineProperty(globalThis, name, descriptor);
      }
    }
  };
}

/** Returns a function that sets a timer of the simulation that calls it, else a real one. */
function timer(
  real: (run: Run, ms?: number, ...args: unknown[]) => unknown,
  repeats: boolean,
): (run: Run, ms?: number, ...args: unknown[]) => unknown {
  return (run, ms = 0, ...args) => {
    const here = current.getStore();
    return here === undefined
      ? real(run, ms, ...args)
      : here.clock.set(ms, repeats, here.owner, () => current.run(here, () => run(...args)));
  };
}

/** Returns a function that clears a timer. */
function cleared(real: (id?: number) => void): (given: unknown) => void {
  return (given) => {
    const clock = current.getStore()?.clock;
    if (given instanceof VirtualTimer) {
      given.close();
    } else if (typeof given === "number" && clock !== undefined) {
      clock.clear(given);
    } else {
      Reflect.apply(real, globalThis, [given]);
    }
  };
}

/** `Date` with the clock of the simulation that asks. */
function virtualDate(RealDate: DateConstructor): DateConstructor {
  const now = (): number => current.getStore()?.clock.now ?? RealDate.now();
  return new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver)),
  });
}
