/** Counts what a run's object asks of the platform, without changing what it does. */

export interface Counts {
  statements: number;
  rowsRead: number;
  rowsWritten: number;
  alarms: number;
  d1Statements: number;
}

export function noCounts(): Counts {
  return { statements: 0, rowsRead: 0, rowsWritten: 0, alarms: 0, d1Statements: 0 };
}

/** Makes an object's storage count, in place; `onStatement` sees the bindings of each. */
export function countStorage(
  storage: DurableObjectStorage,
  counts: Counts,
  onStatement: (bindings: readonly unknown[]) => void,
): void {
  const exec = storage.sql.exec.bind(storage.sql);
  Object.defineProperty(storage.sql, "exec", {
    value: (query: string, ...bindings: SqlStorageValue[]) => {
      const cursor = exec(query, ...bindings);
      counts.statements += 1;
      counts.rowsWritten += cursor.rowsWritten;
      counts.rowsRead += cursor.rowsRead;
      onStatement(bindings);
      return cursor;
    },
  });
  const setAlarm = storage.setAlarm.bind(storage);
  Object.defineProperty(storage, "setAlarm", {
    value: (time: number) => {
      counts.alarms += 1;
      return setAlarm(time);
    },
  });
}

/** A database that counts the statements prepared on it. */
export function countingDatabase(db: D1Database, counts: Counts): D1Database {
  return new Proxy(db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") {
        return value;
      }
      return (...args: unknown[]): unknown => {
        counts.d1Statements += name === "prepare" ? 1 : 0;
        return Reflect.apply(value, target, args);
      };
    },
  });
}
