/** How tasks are printed: one line after a change, and their columns in lists. */
import type { Task } from "../model.ts";
import type { Call } from "./command.ts";
import { printResult } from "./output.ts";

/** Prints the id and status, or the whole task as JSON. */
export async function printTask(
  { cli, args }: Pick<Call, "cli" | "args">,
  task: Task,
): Promise<number> {
  return printResult({ cli, args }, task, (one) => `${one.id} ${statusOf(one)}\n`);
}

/** Formats the status, and what a waiting task waits for. */
export function statusOf({ status, waiting_for }: Task): string {
  return waiting_for === null ? status : `${status} (${waiting_for})`;
}

const UNITS: readonly (readonly [unit: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
];

/** Formats an age in its largest unit. */
export function ageOf(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["s", 1];
  return `${Math.floor(seconds / size)}${unit}`;
}
