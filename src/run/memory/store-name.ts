/** Names of memory stores: `tenant`, `agent:NAME`, `subject:ID` and `agent:NAME,subject:ID`. Pure. */
import { AGENT_NAME } from "../spec/agent.ts";
import type { MemoryScope, MemoryStoreConfig } from "../spec/long-term-memory.ts";
import type { RunSpec } from "../spec/spec.ts";
import { isPlainText } from "../value/plain-text.ts";

/** Maximum characters of a subject. */
const MAX_SUBJECT_CHARS = 128;

/** Whose memory a store is. Both null: the tenant's. */
export interface StoreOwner {
  readonly agent: string | null;
  readonly subject: string | null;
}

/** A store of a run: its scope in the config, and its name. */
export interface RunStore {
  readonly scope: MemoryScope;
  readonly store: string;
  readonly config: MemoryStoreConfig;
}

/** Returns the name of a store. */
export function storeName({ agent, subject }: StoreOwner): string {
  const parts = [
    ...(agent === null ? [] : [`agent:${agent}`]),
    ...(subject === null ? [] : [`subject:${subject}`]),
  ];
  return parts.length === 0 ? "tenant" : parts.join(",");
}

/** Returns whose memory a store is; null for a text that is not the name of a store. */
export function storeOwner(name: string): StoreOwner | null {
  if (name === "tenant") {
    return { agent: null, subject: null };
  }
  const [, agent = null, , subject = null] =
    /^(?:agent:([a-z0-9_-]+)(,|$))?(?:subject:(.+))?$/su.exec(name) ?? [];
  const isOwner =
    (agent === null || AGENT_NAME.test(agent)) &&
    (subject === null || isPlainText(subject, MAX_SUBJECT_CHARS));
  // The name must be the one that `storeName` makes: a trailing comma, or nothing, is no owner.
  return isOwner && name !== "" && storeName({ agent, subject }) === name
    ? { agent, subject }
    : null;
}

/** Returns the stores of a run. A scope for a subject is left out of a run without one. */
export function storesOf({
  agent,
  subject,
  config,
}: Pick<RunSpec, "agent" | "subject" | "config">): readonly RunStore[] {
  return (config.long_term_memory?.stores ?? []).flatMap((one): RunStore[] => {
    const owner = ownerIn(one.scope, agent, subject ?? null);
    return owner === null ? [] : [{ scope: one.scope, store: storeName(owner), config: one }];
  });
}

function ownerIn(scope: MemoryScope, agent: string, subject: string | null): StoreOwner | null {
  switch (scope) {
    case "tenant":
      return { agent: null, subject: null };
    case "agent":
      return { agent, subject: null };
    case "subject":
      return subject === null ? null : { agent: null, subject };
    case "agent_subject":
      return subject === null ? null : { agent, subject };
    default:
      return scope satisfies never;
  }
}
