/**
 * The observation port: counters and faults that a deployment may want to see. The service works
 * the same whatever an observer does.
 */
export interface Observer {
  /** Adds `by` to a named counter. Labels are low in cardinality: never an id, never content. */
  count(name: string, by?: number, labels?: Readonly<Record<string, string>>): void;
  /**
   * Reports a fault inside the service, which no response may contain. The detail is for operators.
   */
  fault(name: string, error: unknown): void;
}

/** Returns an observer that writes each fault as one structured line and ignores counters. */
export function logObserver(write: (line: string) => void): Observer {
  return {
    count() {},
    fault(name, error) {
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      write(JSON.stringify({ level: "error", fault: name, cause: cause.slice(0, 4000) }));
    },
  };
}
