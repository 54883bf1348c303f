/** Counters in Workers Analytics Engine, if the deployment binds a dataset as `METRICS`. */
import type { Observer } from "../observe.ts";

/** The binding of a dataset. */
type Dataset = Pick<AnalyticsEngineDataset, "writeDataPoint">;

/** Maximum labels of a counter; a data point has up to 20 blobs. */
const MAX_LABELS = 19;

/**
 * Returns an observer that also writes each count as a data point: the index and `blob1` are the
 * name, the other blobs are `label=value` in the order of their names, and `double1` is the amount.
 * Returns the observer itself without the binding.
 */
export function withAnalytics(observer: Observer, env: object): Observer {
  const dataset: unknown = Reflect.get(env, "METRICS");
  return isDataset(dataset)
    ? {
        ...observer,
        count(name, by = 1, labels = {}) {
          observer.count(name, by, labels);
          const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
          const blobs = [name, ...pairs.toSorted().slice(0, MAX_LABELS)];
          dataset.writeDataPoint({ indexes: [name], blobs, doubles: [by] });
        },
      }
    : observer;
}

function isDataset(value: unknown): value is Dataset {
  return typeof value === "object" && value !== null && "writeDataPoint" in value;
}
