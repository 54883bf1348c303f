/**
 * The addresses of budgets and concurrency limits, their entity tags, and conditional changes. A
 * tag is that of the limit's value: what is spent or runs does not change it.
 */
import { z } from "@hono/zod-openapi";
import type { Changed, Expected } from "../../durable/ledger/rpc.ts";
import { tagsIn } from "../http/conditional.ts";
import { Problem } from "../http/problem.ts";

const AGENT = "agent:";

/** Whose tasks a limit applies to, as a part of a path. */
export const scopeText = z
  .string()
  .regex(/^(?:tenant|agent:.{1,128})$/, "must be tenant or agent:<name>")
  .openapi({
    param: { name: "scope", in: "path" },
    description: "Whose tasks it applies to: `tenant`, or `agent:` and the name of an agent.",
    example: "agent:support",
  });

/** Returns the agent of a scope; null for the whole tenant. */
export function agentIn(scope: string): string | null {
  return scope.startsWith(AGENT) ? scope.slice(AGENT.length) : null;
}

/** Returns the scope of an agent; that of the tenant for null. */
export function scopeFor(agent: string | null): string {
  return agent === null ? "tenant" : `${AGENT}${agent}`;
}

/** Returns the entity tag of a limit's value. */
export function valueTag(value: number): string {
  return `"${value}"`;
}

/** Returns the values that an `If-Match` header expects; null without one. */
export function expectedIn(ifMatch: string | undefined): Expected {
  const tags = tagsIn(ifMatch);
  return tags === null
    ? null
    : tags.has("*")
      ? "any"
      : [...tags].flatMap((tag) => (/^"\d{1,16}"$/.test(tag) ? [Number(tag.slice(1, -1))] : []));
}

/**
 * Returns the state after a change; null after a removal.
 * @param noun `budget` or `concurrency limit`
 * @throws Problem `not_found`, `precondition_failed`
 */
export function changedState<State>(
  answer: Changed<State>,
  noun: string,
  valueOf: (state: State) => number,
): State | null {
  if (answer.ok) {
    return answer.state;
  }
  if (answer.current === null) {
    throw noLimit(noun);
  }
  throw new Problem("precondition_failed", `The ${noun} has another value.`, {
    headers: { ETag: valueTag(valueOf(answer.current)) },
  });
}

/** Returns the problem of a limit that does not exist. */
export function noLimit(noun: string): Problem {
  return new Problem("not_found", `There is no such ${noun}.`);
}
