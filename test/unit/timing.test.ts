import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TimedOut, aborted, limited, sleep, unlessAborted, within } from "../../src/timing.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
const never = (): Promise<never> => new Promise(() => {});

test("a sleep ends after its time, and not sooner", async () => {
  const woken = vi.fn<() => void>();
  const slept = sleep(1000).then(woken);
  await vi.advanceTimersByTimeAsync(999);
  expect(woken).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await slept;
  expect(woken).toHaveBeenCalledOnce();
});

test("a sleep ends with the signal's reason, and its timer with it", async () => {
  const stop = new AbortController();
  const slept = sleep(1000, stop.signal);
  stop.abort(new Error("enough"));
  await expect(slept).rejects.toThrow("enough");
  expect(vi.getTimerCount()).toBe(0);
  await expect(sleep(1000, stop.signal)).rejects.toThrow("enough");
  expect(vi.getTimerCount()).toBe(0);
});

test("work within its time settles as it does, and leaves no timer", async () => {
  await expect(within(Promise.resolve(7), 1000)).resolves.toBe(7);
  await expect(within(Promise.reject(new Error("bad")), 1000)).rejects.toThrow("bad");
  expect(vi.getTimerCount()).toBe(0);
});

test("work that takes too long is given up, and its later failure is no unhandled one", async () => {
  const work = Promise.withResolvers<never>();
  const given = failureOf(within(work.promise, 1000));
  await vi.advanceTimersByTimeAsync(1000);
  expect(await given).toBeInstanceOf(TimedOut);
  work.reject(new Error("later"));
  await vi.advanceTimersByTimeAsync(0);
});

test("a signal gives work up before its time", async () => {
  const stop = new AbortController();
  const outcome = within(never(), 1000, stop.signal);
  stop.abort(new Error("enough"));
  await expect(outcome).rejects.toThrow("enough");
  expect(vi.getTimerCount()).toBe(0);
});

test("limited work sees its signal aborted with the given error", async () => {
  const late = new Error("too late");
  const given = failureOf(limited(1000, late, (signal) => unlessAborted(never(), signal)));
  await vi.advanceTimersByTimeAsync(1000);
  expect(await given).toBe(late);
  await expect(limited(1000, new Error("too late"), () => Promise.resolve(1))).resolves.toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("an abort can be awaited, also one that is over", async () => {
  const stop = new AbortController();
  const seen = aborted(stop.signal);
  stop.abort();
  await seen;
  await aborted(stop.signal);
  expect(stop.signal.aborted).toBe(true);
});
