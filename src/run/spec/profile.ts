/**
 * The profile of an agent: persona and guidelines as data, so that they can be listed, merged and
 * shown. It becomes part of the system prompt. Equal profiles produce equal text.
 */
import { z } from "zod";

const MAX_RULES = 50;

const line = (max: number) =>
  z.string().regex(/\S/, "must not be empty").max(max, `has more than ${max} characters`);
const rules = z.array(line(1000)).max(MAX_RULES, `has more than ${MAX_RULES} entries`);

/** Every field is optional. Absent fields add nothing to the prompt. */
export const profileSchema = z.strictObject({
  name: z.exactOptional(line(128)).describe("The agent's name."),
  role: z.exactOptional(line(500)).describe("The agent's role, such as `An accountant`."),
  persona: z.exactOptional(line(8000)).describe("Who the agent is."),
  tone: z.exactOptional(line(500)).describe("How the agent writes."),
  goals: z.exactOptional(rules).describe("What the agent tries to achieve."),
  guidelines: z.exactOptional(rules).describe("How the agent should work."),
  constraints: z
    .exactOptional(rules)
    .describe("What the agent must never do. Instructions to the model, not enforced."),
});
/** The profile of an agent. */
export type Profile = z.infer<typeof profileSchema>;

/** Returns the profile as a section of the system prompt, or null if it is empty. Pure. */
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

/** One rule per line: a line break inside a rule could pose as another rule. */
function listed(label: string, entries: readonly string[] = []): string[] {
  return entries.length === 0
    ? []
    : [`${label}:`, ...entries.map((entry) => `- ${entry.replaceAll(/\s+/g, " ").trim()}`)];
}
