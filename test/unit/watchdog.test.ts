/** The one timer of a slice's model calls. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Watchdog } from "../../src/agent/loop/watchdog.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("feeding it sets no timer, however often, and puts the bark off", () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  const bark = vi.fn<() => void>();
  const dog = new Watchdog(() => Date.now());
  dog.start(100, bark);
  for (let n = 0; n < 1000; n += 1) {
    vi.advanceTimersByTime(1);
    dog.feed(100);
  }
  expect(bark).not.toHaveBeenCalled();
  // One now and then, when the timer finds that it is early.
  expect(timers.mock.calls.length).toBeLessThan(20);
  vi.advanceTimersByTime(100);
  expect(bark).toHaveBeenCalledTimes(1);
});

test("a moment that is earlier than the timer's is kept", () => {
  const bark = vi.fn<() => void>();
  const dog = new Watchdog(() => Date.now());
  dog.start(1000, bark);
  dog.feed(50);
  vi.advanceTimersByTime(50);
  expect(bark).toHaveBeenCalledTimes(1);
});

test("what is stopped does not bark, and the next call has its own time", () => {
  const [first, second] = [vi.fn<() => void>(), vi.fn<() => void>()];
  const dog = new Watchdog(() => Date.now());
  dog.start(50, first);
  dog.stop();
  vi.advanceTimersByTime(40);
  dog.start(50, second);
  vi.advanceTimersByTime(49);
  expect([first, second].map((bark) => bark.mock.calls.length)).toEqual([0, 0]);
  vi.advanceTimersByTime(1);
  expect(second).toHaveBeenCalledTimes(1);
  dog.close();
  expect(vi.getTimerCount()).toBe(0);
});
