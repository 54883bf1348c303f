/** The machine that figures were taken on, and whether it had other things to do. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";

/** Above this share of busy processors, a measurement waits, but not for ever. */
const BUSY = 0.15;
const LOOK_MS = 1_000;
const PATIENCE_MS = 10_000;

export function machine() {
  const workerd = resolve(import.meta.dirname, "../../node_modules/workerd/package.json");
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? "",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    workerd: (JSON.parse(readFileSync(workerd, "utf8")) as { version: string }).version,
    load: loadavg().map((value) => Math.round(value * 100) / 100),
  };
}

/** Waits a while for the machine to be quiet; gives the share of it that was busy in the end. */
export async function quiet(): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const before = ticks();
    await setTimeout(LOOK_MS);
    const after = ticks();
    const busy = 1 - (after.idle - before.idle) / (after.all - before.all);
    if (busy < BUSY || performance.now() > deadline) {
      return Math.round(busy * 100) / 100;
    }
  }
}

function ticks(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((cpu) => cpu.times);
  return {
    idle: sum(times.map(({ idle }) => idle)),
    all: sum(times.flatMap((time) => Object.values(time))),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
