/** What is wrong with a config. */

/** A config that cannot be run, with all that is wrong with it. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}

/** Collects what is wrong, so that all of it is reported at once. */
export class Faults {
  readonly #list: string[] = [];

  add(at: string, fault: string): void {
    this.#list.push(`${at}: ${fault}`);
  }

  /** Runs a step and reports its error at a place. Returns null after an error. */
  try<Value>(at: string, step: () => Value): Value | null {
    try {
      return step();
    } catch (error) {
      this.add(at, (error as Error).message);
      return null;
    }
  }

  /** Reports the fields of an object that are not known. */
  fields(at: string, value: Readonly<Record<string, unknown>>, known: Known): void {
    for (const name of Object.keys(value)) {
      const why = Object.hasOwn(known.refused, name) ? known.refused[name] : undefined;
      if (why !== undefined) {
        this.add(at, `${name} ${why}`);
      } else if (!known.fields.includes(name)) {
        this.add(at, `unknown field ${name}`);
      }
    }
  }

  /** @throws ConfigError if anything was reported */
  check(): void {
    if (this.#list.length > 0) {
      throw new ConfigError(this.#list);
    }
  }
}

/** Fields that are read, and fields of promptfoo that would change the result and are not. */
export interface Known {
  readonly fields: readonly string[];
  readonly refused: Readonly<Record<string, string>>;
}

export const CODE = "runs code, which an eval does not";
export const UNSUPPORTED = "is not supported";
