/**
 * Chance that can be had again: a stream of numbers that follows from labels alone. Each decision
 * has a stream of its own (seed, task, what for), so that the order in which things happen to be
 * asked changes nothing.
 */
import { createHash } from "node:crypto";

export class Chance {
  #state: number;

  constructor(...labels: readonly (string | number)[]) {
    this.#state = createHash("sha256").update(labels.join("/")).digest().readInt32LE(0);
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number between two, both possible. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the choices, by their weights. */
  pick<T extends string>(weights: Readonly<Record<T, number>>): T {
    const choices = Object.entries(weights) as [T, number][];
    let left = this.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) {
        return choice;
      }
    }
    throw new Error("nothing to pick from");
  }
}
