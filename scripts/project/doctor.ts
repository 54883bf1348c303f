/** Compares a project with what the installed version of the service needs. Pure. */
import { configLines } from "./config-lines.ts";
import type { Requirements } from "./requirements.ts";

/** The part of a project's configuration that is compared, as wrangler reads it. */
export interface ProjectConfig {
  readonly compatibility_date?: string | undefined;
  readonly compatibility_flags?: readonly string[];
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly class_name: string }[];
  };
  readonly migrations: readonly {
    readonly tag: string;
    readonly new_sqlite_classes?: readonly string[];
  }[];
  readonly d1_databases: readonly { readonly binding: string; readonly migrations_dir?: string }[];
  readonly queues: {
    readonly producers?: readonly { readonly binding: string }[];
    readonly consumers?: readonly { readonly queue: string }[];
  };
  readonly triggers: { readonly crons?: readonly string[] | undefined };
}

/** One thing to change. */
export interface Finding {
  /** One sentence that names it, and the file. */
  readonly problem: string;
  /** The lines to add, or the command to run; null if that depends on the code. */
  readonly add: string | null;
}

/** Where the migrations of a version are, relative to the project. */
export const MIGRATIONS_DIR = "node_modules/@opspawn/worker/migrations";

/**
 * Returns what a configuration lacks; empty if it suits the version.
 * @param file name of the configuration file
 */
export function findings(
  needs: Requirements,
  has: ProjectConfig,
  file: string,
  migrations = MIGRATIONS_DIR,
): Finding[] {
  const found: Finding[] = [];
  const lacks = (problem: string, add: object): void => {
    found.push({ problem: `${file}: ${problem}`, add: configLines(add, file) });
  };
  if ((has.compatibility_date ?? "") < needs.compatibility_date) {
    lacks(`The compatibility date is older than ${needs.compatibility_date}.`, {
      compatibility_date: needs.compatibility_date,
    });
  }
  const flags = needs.compatibility_flags.filter(
    (flag) => has.compatibility_flags?.includes(flag) !== true,
  );
  if (flags.length > 0) {
    lacks(`The compatibility flags lack ${flags.join(", ")}.`, { compatibility_flags: flags });
  }
  for (const binding of needs.durable_objects) {
    const own = has.durable_objects.bindings.find(({ name }) => name === binding.name);
    if (own?.class_name !== binding.class_name) {
      lacks(
        `The Durable Object binding ${binding.name} of the class ${binding.class_name} is missing.`,
        { durable_objects: { bindings: [binding] } },
      );
    }
  }
  const migrated = new Set(has.migrations.flatMap((one) => one.new_sqlite_classes ?? []));
  for (const migration of needs.migrations) {
    const classes = migration.new_sqlite_classes.filter((name) => !migrated.has(name));
    if (classes.length > 0) {
      lacks(`No migration creates the class ${classes.join(", ")}.`, {
        migrations: [{ tag: migration.tag, new_sqlite_classes: classes }],
      });
    }
  }
  for (const { binding } of needs.d1_databases) {
    const own = has.d1_databases.find((database) => database.binding === binding);
    if (own === undefined) {
      lacks(`The D1 binding ${binding} is missing.`, {
        d1_databases: [{ binding, database_name: "opspawn", migrations_dir: migrations }],
      });
    } else if (own.migrations_dir?.endsWith(migrations) !== true) {
      lacks(`The D1 binding ${binding} does not take its migrations from ${migrations}.`, {
        d1_databases: [{ binding, migrations_dir: migrations }],
      });
    }
  }
  for (const producer of needs.queues.producers) {
    if (has.queues.producers?.some(({ binding }) => binding === producer.binding) !== true) {
      lacks(`The queue producer ${producer.binding} is missing.`, {
        queues: { producers: [producer] },
      });
    }
  }
  for (const consumer of needs.queues.consumers) {
    // Consumers are recognised by how the names of their queues end.
    const end = consumer.queue.replace(/^opspawn/, "");
    if (has.queues.consumers?.some(({ queue }) => queue.endsWith(end)) !== true) {
      lacks(`No consumer reads a queue whose name ends with ${end}.`, {
        queues: { consumers: [consumer] },
      });
    }
  }
  if ((has.triggers.crons ?? []).length === 0) {
    lacks("The cron trigger of the reconciler is missing.", { triggers: needs.triggers });
  }
  return found;
}

/**
 * Returns the Durable Object classes that the entry of the Worker does not export.
 * @param entry its path, as messages show it
 * @param exported names that it exports
 */
export function missingExports(
  needs: Requirements,
  entry: string,
  exported: readonly string[],
): Finding[] {
  return needs.durable_objects
    .filter(({ class_name }) => !exported.includes(class_name))
    .map(({ class_name }) => ({
      problem: `${entry}: The Durable Object class ${class_name} is not exported.`,
      add: `export class ${class_name} extends opspawn.${class_name} {}`,
    }));
}

/**
 * Returns whether a database lacks migrations of the version.
 * @param applied names of the migrations that it has
 * @param command what applies them
 */
export function missingMigrations(
  needs: Requirements,
  database: string,
  applied: readonly string[],
  command: string,
): Finding[] {
  const missing = needs.d1_migrations.filter((name) => !applied.includes(name));
  const [first] = missing;
  return first === undefined
    ? []
    : [
        {
          problem: `The database ${database} lacks ${missing.length} of ${needs.d1_migrations.length} migrations of this version, beginning with ${first}.`,
          add: command,
        },
      ];
}
