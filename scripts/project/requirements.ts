/** What a version of the service needs of the Worker's configuration. */
import { readdirSync } from "node:fs";
import { unstable_readConfig as readConfig } from "wrangler";

/** The bindings, classes, queues and migrations that a version needs. */
export interface Requirements {
  readonly compatibility_date: string;
  readonly compatibility_flags: readonly string[];
  readonly durable_objects: readonly { readonly name: string; readonly class_name: string }[];
  readonly migrations: readonly {
    readonly tag: string;
    readonly new_sqlite_classes: readonly string[];
  }[];
  readonly d1_databases: readonly { readonly binding: string }[];
  readonly queues: {
    readonly producers: readonly { readonly binding: string; readonly queue: string }[];
    readonly consumers: readonly ({ readonly queue: string } & Readonly<Record<string, unknown>>)[];
  };
  readonly triggers: { readonly crons: readonly string[] };
  /** File names, in their order. */
  readonly d1_migrations: readonly string[];
}

/** The part of wrangler's reading that is used here. */
interface Configured {
  readonly compatibility_date: string;
  readonly compatibility_flags: readonly string[];
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly class_name: string }[];
  };
  readonly migrations: readonly {
    readonly tag: string;
    readonly new_sqlite_classes?: readonly string[];
  }[];
  readonly d1_databases: readonly { readonly binding: string }[];
  readonly queues: {
    readonly producers?: readonly { readonly binding: string; readonly queue: string }[];
    readonly consumers?: readonly ({ readonly queue: string } & Readonly<
      Record<string, unknown>
    >)[];
  };
  readonly triggers: { readonly crons: readonly string[] };
}

/**
 * Returns what the service needs, by its own configuration.
 * @param file path of its `wrangler.toml`
 * @param migrations folder of the migrations of its database
 */
export function requirementsOf(file: string, migrations: string): Requirements {
  const config: Configured = readConfig({ config: file, env: "" });
  const { compatibility_date, compatibility_flags, durable_objects, queues, triggers } = config;
  return {
    compatibility_date,
    compatibility_flags,
    durable_objects: durable_objects.bindings.map(({ name, class_name }) => ({ name, class_name })),
    migrations: config.migrations.map(({ tag, new_sqlite_classes = [] }) => ({
      tag,
      new_sqlite_classes,
    })),
    d1_databases: config.d1_databases.map(({ binding }) => ({ binding })),
    queues: {
      producers: (queues.producers ?? []).map(({ binding, queue }) => ({ binding, queue })),
      consumers: (queues.consumers ?? []).map(({ type: _type, ...consumer }) => consumer),
    },
    triggers: { crons: triggers.crons },
    d1_migrations: readdirSync(migrations)
      .filter((name) => name.endsWith(".sql"))
      .toSorted(),
  };
}
