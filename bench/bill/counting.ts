/** Counts what the platform puts on a bill, without changing what the service does. */

/** What was used since the last look. */
export interface Bill {
  /** Requests to the Worker. */
  workerRequests: number;
  /** Calls, upgrades and alarms of objects. */
  objectRequests: number;
  objectRowsRead: number;
  /** Alarms that are set count as one. */
  objectRowsWritten: number;
  databaseRowsRead: number;
  databaseRowsWritten: number;
  databaseStatements: number;
  queueMessages: number;
}

export function emptyBill(): Bill {
  return {
    workerRequests: 0,
    objectRequests: 0,
    objectRowsRead: 0,
    objectRowsWritten: 0,
    databaseRowsRead: 0,
    databaseRowsWritten: 0,
    databaseStatements: 0,
    queueMessages: 0,
  };
}

/** Everything that the isolate used: the Worker and its objects run in one. */
export class Counter {
  #bill = emptyBill();
  /** A cursor reads as it is walked: its rows are known when it is done. */
  #cursors: { readonly rowsRead: number; readonly rowsWritten: number }[] = [];

  add(part: Partial<Bill>): void {
    for (const [name, count] of Object.entries(part)) {
      this.#bill[name as keyof Bill] += count;
    }
  }

  /** What was used so far; counting begins anew. */
  take(): Bill {
    for (const { rowsRead, rowsWritten } of this.#cursors) {
      this.add({ objectRowsRead: rowsRead, objectRowsWritten: rowsWritten });
    }
    const bill = this.#bill;
    this.#bill = emptyBill();
    this.#cursors = [];
    return bill;
  }

  /** Makes an object's storage count, in place. */
  storage(storage: DurableObjectStorage): void {
    const exec = storage.sql.exec.bind(storage.sql);
    Object.defineProperty(storage.sql, "exec", {
      value: (query: string, ...bindings: SqlStorageValue[]) => {
        const cursor = exec(query, ...bindings);
        // The local runtime keeps the names of objects in tables of its own.
        if (!query.includes("__miniflare")) {
          this.#cursors.push(cursor);
        }
        return cursor;
      },
    });
    const setAlarm = storage.setAlarm.bind(storage);
    Object.defineProperty(storage, "setAlarm", {
      value: (time: number) => {
        this.add({ objectRowsWritten: 1 });
        return setAlarm(time);
      },
    });
  }

  /** The bindings of the service, counting. */
  env(env: Env): Env {
    return {
      ...env,
      DB: this.#database(env.DB),
      RUNS: this.#objects(env.RUNS),
      LEDGERS: this.#objects(env.LEDGERS),
      FEEDS: this.#objects(env.FEEDS),
      TIMETABLES: this.#objects(env.TIMETABLES),
      MEMORIES: this.#objects(env.MEMORIES),
      TASKS: this.#queue(env.TASKS),
    };
  }

  #database(db: D1Database): D1Database {
    const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
    const note = <T>(result: D1Result<T>): D1Result<T> => {
      this.add({
        databaseStatements: 1,
        databaseRowsRead: result.meta.rows_read,
        databaseRowsWritten: result.meta.rows_written,
      });
      return result;
    };
    const statement = (target: D1PreparedStatement): D1PreparedStatement => {
      const all = async <T>() => note(await target.all<T>());
      const counted = proxied(target, {
        bind: (...values: unknown[]) => statement(target.bind(...values)),
        all,
        run: all,
        first: async (column?: string) => {
          const [row = null] = (await all<Record<string, unknown>>()).results;
          return column === undefined || row === null ? row : row[column];
        },
      });
      originals.set(counted, target);
      return counted;
    };
    return proxied(db, {
      prepare: (sql: string) => statement(db.prepare(sql)),
      batch: async (statements: D1PreparedStatement[]) => {
        const results = await db.batch(statements.map((one) => originals.get(one) ?? one));
        return results.map(note);
      },
    });
  }

  #objects<T extends Rpc.DurableObjectBranded | undefined>(
    objects: DurableObjectNamespace<T>,
  ): DurableObjectNamespace<T> {
    return proxied(objects, {
      get: (id: DurableObjectId) => {
        const stub = objects.get(id);
        return new Proxy(stub, {
          get: (target, name) => {
            const value: unknown = Reflect.get(target, name, target);
            if (typeof value !== "function") {
              return value;
            }
            return (...args: unknown[]): unknown => {
              this.add({ objectRequests: 1 });
              return Reflect.apply(value, target, args);
            };
          },
        });
      },
    });
  }

  #queue<T>(queue: Queue<T>): Queue<T> {
    return proxied(queue, {
      send: (...args: Parameters<Queue<T>["send"]>) => {
        this.add({ queueMessages: 1 });
        return queue.send(...args);
      },
    });
  }
}

/** The same with some methods replaced; all others are asked of it itself. */
function proxied<T extends object>(target: T, methods: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get: (_, name) => {
      if (typeof name === "string" && name in methods) {
        return methods[name];
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
