/**
 * The observation port: counts and durations that a deployment may want to see. Nothing depends
 * on it; the default does nothing.
 */
export interface Observer {
  /** Adds `by` to a named counter. Labels are low in cardinality: never an id, never content. */
  count(name: string, by?: number, labels?: Readonly<Record<string, string>>): void;
  /** Reports what no answer can carry: a fault inside the service. The detail is for operators. */
  fault(name: string, error: unknown): void;
}

/** Writes faults to the Worker's log as one structured line each; counts stay silent. */
export function logObserver(write: (line: string) => void): Observer {
  return {
    count() {},
    fault(name, error) {
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      write(JSON.stringify({ level: "error", fault: name, cause: cause.slice(0, 4000) }));
    },
  };
}
