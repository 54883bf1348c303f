/** The environments of wrangler.toml: each is a whole service, and shares nothing with another. */
import { expect, test } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";

/** The part of wrangler's reading that is looked at one by one. */
interface Deployed {
  readonly name: string;
  readonly targetEnvironment?: string;
  readonly definedEnvironments: readonly string[];
  readonly d1_databases: readonly { readonly database_name: string }[];
  readonly durable_objects: { readonly bindings: readonly unknown[] };
  readonly ratelimits: readonly { readonly namespace_id: string }[];
  readonly queues: {
    readonly producers: readonly { readonly queue: string }[];
    readonly consumers: readonly { readonly queue: string; readonly dead_letter_queue?: string }[];
  };
}

const read = (env: string): Deployed => readConfig({ config: "wrangler.toml", env });
const top = read("");
const environments = ["staging", "production"];

/** What is deployed, with every name that holds the environment's as the top level has it. */
function asTop(environment: string): unknown {
  const { targetEnvironment, ratelimits, ...deployed } = read(environment);
  expect(targetEnvironment).toBe(environment);
  const text = JSON.stringify({ ...deployed, ratelimits: ratelimits.map(withoutNamespace) });
  return JSON.parse(text.replaceAll(`"opspawn-${environment}`, '"opspawn'));
}

function withoutNamespace(limit: Deployed["ratelimits"][number]): object {
  const { namespace_id: _own, ...rest } = limit;
  return rest;
}

/** The names by which two deployments in one account would meet. */
function namesOf(environment: string): string[] {
  const config = read(environment);
  return [
    `worker ${config.name}`,
    ...config.d1_databases.map((one) => `database ${one.database_name}`),
    ...config.queues.consumers.map((one) => `queue ${one.queue}`),
    ...config.ratelimits.map((one) => `limit ${one.namespace_id}`),
  ];
}

test("wrangler.toml has the environments that the pages name, and no others", () => {
  expect(top.definedEnvironments).toEqual(environments);
});

test.each(environments)("%s has every binding, consumer, trigger and migration", (environment) => {
  const { targetEnvironment: _none, ratelimits, ...deployed } = top;
  const whole = { ...deployed, ratelimits: ratelimits.map(withoutNamespace) };
  expect(whole.durable_objects.bindings.length).toBeGreaterThan(0);
  expect(whole.queues.consumers.length).toBeGreaterThan(0);
  expect(asTop(environment)).toEqual(JSON.parse(JSON.stringify(whole)));
});

test("no two environments share a Worker, a database, a queue or a limit", () => {
  const names = ["", ...environments].flatMap(namesOf);
  expect(names.length).toBeGreaterThan(environments.length);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test("every queue that is written to is read, and its dead letters are too", () => {
  for (const environment of ["", ...environments]) {
    const { producers, consumers } = read(environment).queues;
    const consumed = consumers.map(({ queue }) => queue);
    const written = producers.map(({ queue }) => queue);
    const dead = consumers.flatMap((one) => one.dead_letter_queue ?? []);
    expect(consumed).toEqual(expect.arrayContaining([...written, ...dead]));
  }
});
