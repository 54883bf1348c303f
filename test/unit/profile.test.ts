/** What a model is told of who its agent is. */
import { expect, test } from "vitest";
import { nativePlanner } from "../../src/agent/planners/native.ts";
import { reactPlanner } from "../../src/agent/planners/react.ts";
import { profileSchema, profileText, type Profile } from "../../src/run/spec/profile.ts";
import { stateWith } from "../harness.ts";

const PROFILE: Profile = {
  name: "Ada",
  role: "An accountant",
  persona: "You have kept the books of small firms for thirty years.",
  tone: "dry",
  goals: ["Leave no sum unexplained."],
  guidelines: ["Show how you came\nto each number.", "Round at the end only."],
  constraints: ["Never give tax advice."],
};

test("a profile is one text, in an order of its own whatever the order of its fields", () => {
  const text = `Your name: Ada
Your role: An accountant
Who you are: You have kept the books of small firms for thirty years.
Your tone: dry
Your goals:
- Leave no sum unexplained.
Guidelines to follow:
- Show how you came to each number.
- Round at the end only.
Constraints that you never break:
- Never give tax advice.`;
  expect(profileText(PROFILE)).toBe(text);
  expect(profileText(Object.fromEntries(Object.entries(PROFILE).toReversed()))).toBe(text);
});

test("what a profile does not say is not said", () => {
  expect(profileText(undefined)).toBeNull();
  expect(profileText({})).toBeNull();
  expect(profileText({ guidelines: [], constraints: [] })).toBeNull();
  expect(profileText({ tone: "kind" })).toBe("Your tone: kind");
});

test.each([nativePlanner, reactPlanner])("the model of a $name agent is told", (planner) => {
  const { system } = planner.prompt(stateWith({ profile: PROFILE, instructions: "Be brief." }), []);
  const at = [system.indexOf("Your name: Ada"), system.indexOf("Be brief.")];
  expect(at[0]).toBeGreaterThan(0);
  expect(at[1]).toBeGreaterThan(Number(at[0]));
});

test.each([nativePlanner, reactPlanner])(
  "without a profile the system text of $name is the one it was",
  (planner) => {
    const general = planner.prompt(stateWith({}), []).system;
    expect(planner.prompt(stateWith({ profile: {} }), []).system).toBe(general);
    const told = planner.prompt(stateWith({ instructions: "Be brief." }), []).system;
    expect(told).toBe(`${general}\n\nBe brief.`);
  },
);

test("a profile is bounded, and knows no other fields", () => {
  expect(profileSchema.safeParse(PROFILE).success).toBe(true);
  for (const wrong of [
    { mood: "good" },
    { name: "" },
    { name: "x".repeat(129) },
    { persona: "x".repeat(8001) },
    { guidelines: "be kind" },
    { guidelines: [" "] },
    { constraints: Array.from({ length: 51 }, () => "no") },
  ]) {
    expect(profileSchema.safeParse(wrong).success, JSON.stringify(wrong).slice(0, 60)).toBe(false);
  }
});
