/** A database that records its statements, their plans and what they cost. */

/** A statement as it was run. */
export interface UsedStatement {
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly read: number;
  readonly written: number;
}

/** Wraps a database. `used` returns the statements since the last call, in their order. */
export function watched(target: D1Database): {
  readonly db: D1Database;
  readonly used: () => readonly UsedStatement[];
} {
  let log: UsedStatement[] = [];
  const originals = new WeakMap<object, { sql: string; values: unknown[] }>();
  const inner = new WeakMap<object, D1PreparedStatement>();
  const note = <T>(of: { sql: string; values: unknown[] }, result: D1Result<T>): D1Result<T> => {
    log.push({ ...of, read: result.meta.rows_read, written: result.meta.rows_written });
    return result;
  };
  const statement = (
    sql: string,
    values: unknown[],
    prepared: D1PreparedStatement,
  ): D1PreparedStatement => {
    const all = async () => note({ sql, values }, await prepared.all());
    const methods = {
      bind: (...bound: unknown[]) => statement(sql, bound, prepared.bind(...bound)),
      all,
      run: all,
      first: async (column?: string) => {
        const [row = null] = (await all()).results;
        return column === undefined || row === null ? row : row[column];
      },
    };
    const proxy = new Proxy(prepared, {
      get: (_, name) => Reflect.get(methods, name) ?? Reflect.get(prepared, name),
    });
    originals.set(proxy, { sql, values });
    inner.set(proxy, prepared);
    return proxy;
  };
  const db = new Proxy(target, {
    get(_, name) {
      if (name === "prepare") {
        return (sql: string) => statement(sql, [], target.prepare(sql));
      }
      if (name === "batch") {
        return async (statements: D1PreparedStatement[]) => {
          const results = await target.batch(statements.map((one) => inner.get(one) ?? one));
          return results.map((result, i) => {
            const one = statements[i];
            const of = one === undefined ? undefined : originals.get(one);
            return of === undefined ? result : note(of, result);
          });
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return {
    db,
    used: () => {
      const statements = log;
      log = [];
      return statements;
    },
  };
}

/** Returns the steps of a statement's plan, as SQLite describes them. */
export async function planOf(
  db: D1Database,
  { sql, values }: Pick<UsedStatement, "sql" | "values">,
): Promise<string[]> {
  const { results } = await db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}
