/** What went wrong in a tenant's runs and was survived, as their logs report it. Never falls. */

/** The code of a recovery. It has no provider. */
export const RECOVERY = "recovery";

/** Counts since the service counts them. */
export interface IncidentCounts {
  readonly recoveries: number;
  /** Failed attempts of model calls. */
  readonly failures: readonly {
    readonly provider: string;
    readonly code: string;
    readonly n: number;
  }[];
}

type Pair = Omit<IncidentCounts["failures"][number], "n">;

/** Maximum pairs of a provider and a code that are read. */
const MAX_PAIRS = 1000;

export class IncidentStore {
  readonly #db: Pick<D1Database, "prepare">;

  constructor(db: Pick<D1Database, "prepare">) {
    this.#db = db;
  }

  /** Returns the counts of a tenant. */
  async of(tenantId: string): Promise<IncidentCounts> {
    const { results } = await this.#db
      .prepare(
        `SELECT provider, code, n FROM incident_count WHERE tenant_id = ?
         ORDER BY provider, code LIMIT ${MAX_PAIRS}`,
      )
      .bind(tenantId)
      .all<IncidentCounts["failures"][number]>();
    return {
      recoveries: results.find(isRecovery)?.n ?? 0,
      failures: results.filter((row) => !isRecovery(row)),
    };
  }
}

function isRecovery({ provider, code }: Pair): boolean {
  return provider === "" && code === RECOVERY;
}
