/** The kills of a chaos run, and what may be excused by one. */
import type { Service } from "../service.ts";

/** One kill, in milliseconds since the epoch. */
export interface Kill {
  readonly from: number;
  /** When the process was gone and the next one was started. */
  readonly gone: number;
  /** When the next one answered. */
  readonly up: number;
}

/** An answer that is not the one that was asked for. */
export class Refusal extends Error {
  /** No kill makes a good request a bad one. */
  readonly final: boolean;

  constructor(what: string, status: number, text: string) {
    super(`${what} was answered ${status}: ${text.slice(0, 300)}`);
    this.final = status < 500;
  }
}

export class Outages {
  readonly kills: Kill[] = [];
  readonly #service: Service;
  #down = false;
  #begun = 0;
  #up = Promise.withResolvers<void>();

  constructor(service: Service) {
    this.#service = service;
  }

  /** Kills the service's process tree and starts it again. */
  async kill(): Promise<void> {
    this.#down = true;
    this.#begun += 1;
    const from = Date.now();
    await this.#service.kill();
    const gone = Date.now();
    await this.#service.up();
    this.kills.push({ from, gone, up: Date.now() });
    this.#down = false;
    this.#up.resolve();
    this.#up = Promise.withResolvers();
  }

  /** Resolves when the service answers; at once if it does. */
  async up(): Promise<void> {
    if (this.#down) {
      await this.#up.promise;
    }
  }

  /** A function that says whether the service has been gone at any time since now. */
  since(): () => boolean {
    const [down, begun] = [this.#down, this.#begun];
    return () => down || this.#begun > begun;
  }

  /** The last kill that may have come between two moments that the service wrote down. */
  between(before: number, after: number): Kill | undefined {
    return this.kills.findLast(({ from, gone }) => gone >= before && from <= after);
  }

  /** Tries until there is an outcome; what fails while the service is gone is tried again. */
  async insist<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      const gone = this.since();
      try {
        return await attempt();
      } catch (error) {
        if (!gone() || (error instanceof Refusal && error.final)) {
          throw error;
        }
        await this.up();
      }
    }
  }
}
