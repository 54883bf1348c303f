/**
 * The security manager: what a run may do, and what it must ask a person for. Pure: the agent's
 * policy, where the run stands, and a call come to a verdict that names its rule. What is counted
 * is counted by folding the log, so a crash cannot reset it.
 */
import { z } from "zod";
import { isJsonObject, type JsonObject, type JsonValue } from "../value/json.ts";
import type { Untrusted } from "../value/trust.ts";

const NAME_PATTERN = /^[A-Za-z0-9_.*-]{1,128}$/;
/** Longest minute that is counted exactly, in calls. */
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

/** How often calls may be made that a pattern fits. */
const rate = z
  .strictObject({
    per_run: z.exactOptional(z.number().int().min(0).max(100_000)),
    per_minute: z.exactOptional(z.number().int().min(0).max(MAX_PER_MINUTE)),
  })
  .refine((limits) => Object.keys(limits).length > 0, {
    message: "needs `per_run` or `per_minute`",
  });

/** What follows for calls with side effects once untrusted content is in the conversation. */
const AFTER_UNTRUSTED = ["allow", "approve", "deny"] as const;

/**
 * What an agent may do. Patterns are tool names in which `*` stands for any text. `deny` wins over
 * all; where `allow` is there, what it does not name is denied.
 */
export const policySchema = z.strictObject({
  allow: z.exactOptional(patterns),
  deny: z.exactOptional(patterns),
  approve: z.exactOptional(patterns),
  /** A JSON Schema by pattern, which the arguments must fit besides the tool's own. */
  arguments: z.exactOptional(record(z.custom<JsonObject>(isJsonObject, "must be an object"))),
  rate: z.exactOptional(record(rate)),
  after_untrusted: z.exactOptional(z.enum(AFTER_UNTRUSTED)),
});
export type Policy = z.infer<typeof policySchema>;

/** Where a run stands, as far as a policy asks. */
export interface Standing {
  /** Where untrusted content in the conversation came from first; null while there is none. */
  readonly untrusted: Untrusted | null;
  readonly rates: Rates;
}

/** The calls so far by the pattern of their rate rule. */
export type Rates = Readonly<Record<string, Rate>>;

interface Rate {
  readonly total: number;
  /** When the last calls were, milliseconds, oldest first; as many as the rule has to know. */
  readonly recent: readonly number[];
}

/** A call that is to be judged; its arguments fit the tool's own schema. */
export interface JudgedCall {
  readonly name: string;
  readonly arguments: JsonValue;
  /** Whether the tool itself does something outside. */
  readonly acts: boolean;
  /** A person has said yes to this call. */
  readonly approved: boolean;
  /** The tool itself says that a person must approve each call. */
  readonly asksAlways: boolean;
}

/** Why arguments do not fit a JSON Schema, or null. */
export type Fits = (schema: JsonObject, value: JsonValue) => string | null;

export type Verdict =
  | { readonly kind: "allow" }
  | { readonly kind: "approve"; readonly rule: string }
  | { readonly kind: "deny"; readonly rule: string; readonly message: string };

/** What becomes of a call. @param now milliseconds */
export function judge(
  policy: Policy | undefined,
  standing: Standing,
  call: JudgedCall,
  now: number,
  fits: Fits,
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

/** The rule that denies every call of a tool, whatever its arguments; null if there is none. */
export function forbidden(policy: Policy | undefined, tool: string): Verdict | null {
  const denied = policy?.deny?.find((one) => matches(one, tool));
  if (denied !== undefined) {
    return deny(`deny "${denied}"`);
  }
  return policy?.allow === undefined || policy.allow.some((one) => matches(one, tool))
    ? null
    : deny("allow, which does not name this tool");
}

/** The rule that denies these arguments, or null. */
export function argumentsDenied(
  policy: Policy | undefined,
  tool: string,
  args: JsonValue,
  fits: Fits,
): Verdict | null {
  for (const [one, schema] of Object.entries(policy?.arguments ?? {})) {
    const defect = matches(one, tool) ? fits(schema, args) : null;
    if (defect !== null) {
      return deny(`arguments "${one}"`, defect);
    }
  }
  return null;
}

function rateDenied(policy: Policy, rates: Rates, tool: string, now: number): Verdict | null {
  for (const [one, { per_run, per_minute }] of Object.entries(policy.rate ?? {})) {
    if (!matches(one, tool)) {
      continue;
    }
    const { total, recent } = rates[one] ?? { total: 0, recent: [] };
    if (per_run !== undefined && total >= per_run) {
      return deny(`rate "${one}"`, `${per_run} calls in a run are all there may be.`);
    }
    // As many calls ago as there may be in a minute: was that within the last one?
    const first = per_minute === 0 ? now : (recent.at(-(per_minute ?? 1)) ?? -Infinity);
    if (per_minute !== undefined && first > now - MINUTE_MS) {
      return deny(`rate "${one}"`, `${per_minute} calls a minute are all there may be.`);
    }
  }
  return null;
}

function afterUntrusted(policy: Policy, standing: Standing, call: JudgedCall): Verdict | null {
  const { after_untrusted = "allow" } = policy;
  // What a person has approved was judged before it was put before them.
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

/** The counts after one more call. They are bounded by the policy, however long the run is. */
export function counted(rates: Rates, policy: Policy | undefined, tool: string, at: number): Rates {
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

/** Whether a name fits a pattern, in which `*` stands for any text. */
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
