/** What an account holds, without the ids that differ from one deployment to the next. */
import type { Account } from "./account.ts";

export function holdingsOf(account: Account): object {
  const nameOf = (uuid: string | undefined): string | undefined =>
    account.databases.find((one) => one.uuid === uuid)?.name;
  return {
    databases: account.databases.map((database) => ({
      name: database.name,
      migrations: database.rows("SELECT name FROM d1_migrations ORDER BY id"),
      keys: database.rows("SELECT tenant_id, name, scopes FROM api_key"),
    })),
    queues: account.queues.map(({ queue_name, consumers }) => ({
      queue_name,
      readers: consumers.map(({ script, dead_letter_queue }) => ({ script, dead_letter_queue })),
    })),
    workers: [...account.workers].map(([name, worker]) => ({
      name,
      database: nameOf(worker.serving?.bindings.find(({ type }) => type === "d1")?.id),
      queues: worker.serving?.bindings.flatMap((binding) => binding.queue_name ?? []),
      migrationTag: worker.migrationTag,
      assets: worker.serving?.assets.toSorted(),
      secrets: [...worker.secrets.keys()],
      crons: worker.crons,
      onSubdomain: worker.onSubdomain,
    })),
  };
}
