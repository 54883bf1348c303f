/**
 * The agent's policy: judges whether a call is allowed, denied or needs a person's approval. Pure:
 * a verdict depends on the policy, the state of the run and the call, and names its rule. Calls are
 * counted by folding the log, so a crash cannot reset a count.
 */
import { z } from "zod";
import { isJsonObject, type JsonObject, type JsonValue } from "../value/json.ts";
import type { Untrusted } from "../value/trust.ts";

const NAME_PATTERN = /^[A-Za-z0-9_.*-]{1,128}$/;
/** Maximum `per_minute` of a rate, so that exact counting stays bounded. */
const MAX_PER_MINUTE = 600;
const MINUTE_MS = 60_000;

const namePattern = z
  .string()
  .regex(NAME_PATTERN, "must be a tool's name, in which `*` stands for any text");
const patterns = z.array(namePattern).max(128);
const record = <T extends z.ZodType>(value: T) =>
  z.record(namePattern, value).refine((rules) => Object.keys(rules).length <= 32, {
    message: "has more than 32 rules",
  });

/** Maximum rate of the calls that match a pattern. */
const rate = z
  .strictObject({
    per_run: z
      .exactOptional(z.number().int().min(0).max(100_000))
      .describe("Maximum calls in the run. Further calls are denied."),
    per_minute: z
      .exactOptional(z.number().int().min(0).max(MAX_PER_MINUTE))
      .describe("Maximum calls in any minute. Further calls are denied."),
  })
  .refine((limits) => Object.keys(limits).length > 0, {
    message: "needs `per_run` or `per_minute`",
  });

/** How calls with side effects are judged while untrusted content is in the conversation. */
const AFTER_UNTRUSTED = ["allow", "approve", "deny"] as const;

/**
 * What an agent may do. Patterns are tool names in which `*` stands for any text. `deny` has
 * precedence. If `allow` is present, every tool that it does not name is denied.
 */
export const policySchema = z.strictObject({
  allow: z
    .exactOptional(patterns)
    .describe("Tools that can be called; all others are denied. Default: all."),
  deny: z
    .exactOptional(patterns)
    .describe("Tools that cannot be called. Overrides everything else."),
  approve: z.exactOptional(patterns).describe("Tools whose calls a person must approve."),
  arguments: z
    .exactOptional(record(z.custom<JsonObject>(isJsonObject, "must be an object")))
    .describe(
      "JSON Schemas by tool. Arguments must match them as well as the tool's own; other calls are denied. At most 32.",
    ),
  rate: z.exactOptional(record(rate)).describe("Maximum numbers of calls by tool. At most 32."),
  after_untrusted: z
    .exactOptional(z.enum(AFTER_UNTRUSTED))
    .describe(
      "What happens to calls with side effects once content from the web or a remote server is in the conversation. Default: `allow`.",
    ),
});
/** The policy of an agent. */
export type Policy = z.infer<typeof policySchema>;

/** The state of a run, as far as a policy depends on it. */
export interface Standing {
  /** Source of the first untrusted content in the conversation; null while there is none. */
  readonly untrusted: Untrusted | null;
  readonly rates: CallCounts;
}

/** Counts of past calls by the pattern of their rate rule. */
export type CallCounts = Readonly<Record<string, CallCount>>;

interface CallCount {
  readonly total: number;
  /**
   * Times of the last calls, milliseconds since the epoch, oldest first; only as many as the rule
   * needs.
   */
  readonly recent: readonly number[];
}

/** A call to judge. Its arguments already match the tool's own schema. */
export interface JudgedCall {
  readonly name: string;
  readonly arguments: JsonValue;
  /** Whether the tool has side effects. */
  readonly acts: boolean;
  /** Whether a person approved this call. */
  readonly approved: boolean;
  /** Whether the tool itself requires approval of each call. */
  readonly asksAlways: boolean;
}

/** Returns why a value does not match a JSON Schema, or null. */
export type SchemaCheck = (schema: JsonObject, value: JsonValue) => string | null;

/** The outcome of a judgement, with the rule that decided it. */
export type Verdict =
  | { readonly kind: "allow" }
  | { readonly kind: "approve"; readonly rule: string }
  | { readonly kind: "deny"; readonly rule: string; readonly message: string };

/**
 * Judges a call. Stricter rules come first: a denial wins over an approval.
 * @param now milliseconds since the epoch
 */
export function judge(
  policy: Policy | undefined,
  standing: Standing,
  call: JudgedCall,
  now: number,
  fits: SchemaCheck,
): Verdict {
  const asked: Verdict =
    call.asksAlways && !call.approved
      ? { kind: "approve", rule: "of the tool" }
      : { kind: "allow" };
  if (policy === undefined) {
    return asked;
  }
  return (
    forbidden(policy, call.name) ??
    argumentsDenied(policy, call.name, call.arguments, fits) ??
    rateDenied(policy, standing.rates, call.name, now) ??
    afterUntrusted(policy, standing, call) ??
    approvalNeeded(policy, call) ??
    asked
  );
}

/**
 * Returns the denial of every call of a tool, regardless of its arguments; null if there is none.
 */
export function forbidden(policy: Policy | undefined, tool: string): Verdict | null {
  const denied = policy?.deny?.find((one) => matches(one, tool));
  if (denied !== undefined) {
    return deny(`deny "${denied}"`);
  }
  return policy?.allow === undefined || policy.allow.some((one) => matches(one, tool))
    ? null
    : deny("allow, which does not name this tool");
}

/** Returns the denial of these arguments, or null. */
export function argumentsDenied(
  policy: Policy | undefined,
  tool: string,
  args: JsonValue,
  fits: SchemaCheck,
): Verdict | null {
  for (const [one, schema] of Object.entries(policy?.arguments ?? {})) {
    const defect = matches(one, tool) ? fits(schema, args) : null;
    if (defect !== null) {
      return deny(`arguments "${one}"`, defect);
    }
  }
  return null;
}

function rateDenied(policy: Policy, rates: CallCounts, tool: string, now: number): Verdict | null {
  for (const [one, { per_run, per_minute }] of Object.entries(policy.rate ?? {})) {
    if (!matches(one, tool)) {
      continue;
    }
    const { total, recent } = rates[one] ?? { total: 0, recent: [] };
    if (per_run !== undefined && total >= per_run) {
      return deny(`rate "${one}"`, `At most ${per_run} calls are allowed in a run.`);
    }
    // If the call `per_minute` calls ago is within the last minute, one more would exceed the rate.
    const first = per_minute === 0 ? now : (recent.at(-(per_minute ?? 1)) ?? -Infinity);
    if (per_minute !== undefined && first > now - MINUTE_MS) {
      return deny(`rate "${one}"`, `At most ${per_minute} calls are allowed in a minute.`);
    }
  }
  return null;
}

function afterUntrusted(policy: Policy, standing: Standing, call: JudgedCall): Verdict | null {
  const { after_untrusted = "allow" } = policy;
  // An approved call was judged before the approval was requested.
  if (standing.untrusted === null || !call.acts || call.approved) {
    return null;
  }
  switch (after_untrusted) {
    case "allow":
      return null;
    case "approve":
      return { kind: "approve", rule: "after_untrusted" };
    case "deny":
      return deny(
        "after_untrusted",
        "Untrusted content is in the conversation, and this tool has side effects.",
      );
    default:
      return after_untrusted satisfies never;
  }
}

function approvalNeeded({ approve = [] }: Policy, call: JudgedCall): Verdict | null {
  const found = call.approved ? undefined : approve.find((one) => matches(one, call.name));
  return found === undefined ? null : { kind: "approve", rule: `approve "${found}"` };
}

function deny(rule: string, why?: string): Verdict {
  const message = `The agent's policy denies this call by its rule ${rule}.`;
  return { kind: "deny", rule, message: why === undefined ? message : `${message} ${why}` };
}

const STRICTNESS = { allow: 0, approve: 1, deny: 2 } as const;

/**
 * Returns the policy of a child: its own, and in addition what the policy of its parent denies and
 * holds for approval. The stricter of the two rules for untrusted content applies.
 */
export function inheritedPolicy(own: Policy = {}, parent: Policy): Policy {
  const denied = union(own.deny, parent.deny);
  const approve = union(own.approve, parent.approve);
  const [mine, theirs] = [own.after_untrusted ?? "allow", parent.after_untrusted ?? "allow"];
  const after_untrusted = STRICTNESS[theirs] > STRICTNESS[mine] ? theirs : mine;
  return {
    ...own,
    ...(denied.length === 0 ? {} : { deny: denied }),
    ...(approve.length === 0 ? {} : { approve }),
    ...(after_untrusted === "allow" ? {} : { after_untrusted }),
  };
}

function union(own: readonly string[] = [], parent: readonly string[] = []): string[] {
  return [...new Set([...own, ...parent])];
}

/**
 * Returns the counts after one more call. The policy bounds their size, regardless of the length of
 * the run.
 * @param at time of the call, milliseconds since the epoch
 */
export function countCall(
  rates: CallCounts,
  policy: Policy | undefined,
  tool: string,
  at: number,
): CallCounts {
  const rules = Object.entries(policy?.rate ?? {}).filter(([one]) => matches(one, tool));
  return rules.length === 0
    ? rates
    : {
        ...rates,
        ...Object.fromEntries(
          rules.map(([one, { per_minute = 0 }]) => {
            const { total, recent } = rates[one] ?? { total: 0, recent: [] };
            const kept = per_minute === 0 ? [] : [...recent, at].slice(-per_minute);
            return [one, { total: total + 1, recent: kept }];
          }),
        ),
      };
}

/** Returns whether a name matches a pattern, in which `*` stands for any text. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) {
    return name === pattern;
  }
  if (!name.startsWith(first) || name.length < first.length + last.length) {
    return false;
  }
  const end = name.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > end) {
      return false;
    }
    at = found + part.length;
  }
  return name.endsWith(last);
}
