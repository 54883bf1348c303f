/**
 * Who an agent is: persona and guidelines, as data instead of prose, so that they can be listed,
 * merged and shown. A profile reaches the model as a part of its system prompt, the same text for
 * the same profile.
 */
import { z } from "zod";

const MAX_RULES = 50;

const line = (max: number) =>
  z.string().regex(/\S/, "must not be empty").max(max, `has more than ${max} characters`);
const rules = z.array(line(1000)).max(MAX_RULES, `has more than ${MAX_RULES} entries`);

/** Every field is optional; what is not there is not said. */
export const profileSchema = z.strictObject({
  name: z.exactOptional(line(128)),
  role: z.exactOptional(line(500)),
  persona: z.exactOptional(line(8000)),
  tone: z.exactOptional(line(500)),
  /** What it strives for. */
  goals: z.exactOptional(rules),
  /** How it works. */
  guidelines: z.exactOptional(rules),
  /** What it never does. */
  constraints: z.exactOptional(rules),
});
export type Profile = z.infer<typeof profileSchema>;

/** The profile as a section of a system prompt; null where it says nothing. Pure. */
export function profileText(profile: Profile | undefined): string | null {
  if (profile === undefined) {
    return null;
  }
  const { name, role, persona, tone, goals, guidelines, constraints } = profile;
  const parts = [
    ...labelled("Your name", name),
    ...labelled("Your role", role),
    ...labelled("Who you are", persona),
    ...labelled("Your tone", tone),
    ...listed("Your goals", goals),
    ...listed("Guidelines to follow", guidelines),
    ...listed("Constraints that you never break", constraints),
  ];
  return parts.length === 0 ? null : parts.join("\n");
}

function labelled(label: string, text: string | undefined): string[] {
  return text === undefined ? [] : [`${label}: ${text.trim()}`];
}

/** One rule a line: a line break in one could pose as another. */
function listed(label: string, entries: readonly string[] = []): string[] {
  return entries.length === 0
    ? []
    : [`${label}:`, ...entries.map((entry) => `- ${entry.replaceAll(/\s+/g, " ").trim()}`)];
}
