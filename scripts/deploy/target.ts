/** What is deployed, and under which names: wrangler.toml as wrangler reads it. */
import { unstable_readConfig as readConfig } from "wrangler";
import { DeployError } from "./deploy-error.ts";

/** One environment of wrangler.toml, or its top level. */
export interface Target {
  /** The path of wrangler.toml. */
  readonly config: string;
  /** Empty for the top level. */
  readonly environment: string;
  readonly worker: string;
  readonly database: string;
  /** Every queue that is written to, read, or gets dead letters. */
  readonly queues: readonly string[];
}

/** The part of wrangler's reading that is used here. */
interface Configured {
  readonly name?: string;
  readonly d1_databases: readonly { readonly database_name?: string }[];
  readonly definedEnvironments?: readonly string[];
  readonly queues: {
    readonly producers?: readonly { readonly queue: string }[];
    readonly consumers?: readonly {
      readonly queue: string;
      readonly dead_letter_queue?: string;
    }[];
  };
}

/** Reads an environment. @throws DeployError where there is none of this name */
export function readTarget(config: string, environment: string): Target {
  const top: Configured = readConfig({ config, env: "" });
  const environments = top.definedEnvironments ?? [];
  if (environment !== "" && !environments.includes(environment)) {
    throw new DeployError(
      `wrangler.toml has no environment ${environment}; it has ${environments.join(", ") || "none"}.`,
    );
  }
  const { name, d1_databases, queues }: Configured = readConfig({ config, env: environment });
  const [database] = d1_databases;
  if (name === undefined || database?.database_name === undefined) {
    throw new DeployError("wrangler.toml must name the Worker and its database.");
  }
  const { producers = [], consumers = [] } = queues;
  const named = [...producers, ...consumers].map(({ queue }) => queue);
  const dead = consumers.flatMap((consumer) => consumer.dead_letter_queue ?? []);
  return {
    config,
    environment,
    worker: name,
    database: database.database_name,
    queues: [...new Set([...named, ...dead])],
  };
}
