/**
 * Implements `local/rules`, a stand-in that works without a model. It sees only what a model would
 * see. It finds requests in the goal by a few rules, calls tools for all of them, and reports the
 * results. It never computes a result itself.
 */
import { cut } from "../../../run/value/cut.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import type { Prompt, ToolResult } from "../../../run/value/message.ts";
import { findArithmetic, numeral } from "./arithmetic.ts";

/** Maximum number of characters of a goal that are read. */
const MAX_GOAL = 2000;

interface Call {
  readonly name: string;
  readonly arguments: JsonObject;
}

/** A request in the goal. */
interface Intent {
  readonly start: number;
  /**
   * Calls that serve the request, best first. Which of them can be used depends on the run's tools.
   */
  readonly calls: readonly Call[];
  /** A description of the request, as part of a sentence. */
  readonly about: string;
  say(output: JsonValue): string | null;
}

type Outcome = Pick<ToolResult, "output" | "error">;

interface Said {
  readonly text: string;
  readonly tool_calls: readonly Call[];
}

/** Returns the reply to a prompt. */
export function ruleReply(prompt: Prompt): Said {
  const byText = prompt.tools.length === 0 && prompt.system.includes("Action Input:");
  const offered = byText ? toolsInText(prompt.system) : prompt.tools.map((tool) => tool.name);
  const { goal, outcomes } = byText ? readText(prompt) : readTurns(prompt);
  const plan = intentsOf(goal).map((intent) => ({
    intent,
    call: intent.calls.find((call) => offered.includes(call.name)) ?? null,
  }));
  const calls = nextCalls(plan, outcomes.length);
  if (calls.length === 0) {
    const answer = plan.length === 0 ? introduction(offered) : compose(plan, outcomes);
    return say(byText ? `Thought: I have what I need.\nFinal Answer: ${answer}` : answer, []);
  }
  const [first] = calls;
  return byText && first !== undefined
    ? say(
        `Thought: I will use ${first.name}.\nAction: ${first.name}\nAction Input: ${JSON.stringify(first.arguments)}`,
        [],
      )
    : say(`I will use ${listed(calls.map((call) => call.name))}.`, calls);
}

function say(text: string, tool_calls: readonly Call[]): Said {
  return { text, tool_calls };
}

type Plan = readonly { readonly intent: Intent; readonly call: Call | null }[];

/**
 * Returns the next calls, after `done` calls that have an outcome. Returns all at once, except
 * calls that the goal names after a wait: those follow when the wait is over.
 */
function nextCalls(plan: Plan, done: number): Call[] {
  const left = plan.flatMap(({ call }) => (call === null ? [] : [call])).slice(done);
  const firstWait = left.findIndex((call) => call.name === "wait");
  return firstWait === -1 ? left : left.slice(0, firstWait + 1);
}

/** Returns the answer. Calls and outcomes are in the same order. */
function compose(plan: Plan, outcomes: readonly Outcome[]): string {
  let next = 0;
  const sentences = plan.map(({ intent, call }) => {
    if (call === null) {
      return `I have no tool for ${intent.about}.`;
    }
    const { output, error } = outcomes[next] ?? {};
    next += 1;
    if (error !== undefined) {
      return `The tool ${call.name} failed for ${intent.about}: ${ended(error.message)}`;
    }
    return (
      intent.say(output ?? null) ??
      `The tool ${call.name} answered for ${intent.about}: ${JSON.stringify(output ?? null)}.`
    );
  });
  return sentences.map((text) => text.charAt(0).toUpperCase() + text.slice(1)).join(" ");
}

function introduction(offered: readonly string[]): string {
  const abilities = [
    ...(offered.includes("calculator") ? ["do arithmetic (17% of 2,340)"] : []),
    ...(offered.includes("current_time") ? ["tell the date and time"] : []),
    ...(offered.includes("wait") ? ["wait for a while"] : []),
  ];
  const can = abilities.length === 0 ? "do nothing without tools" : listed(abilities);
  return `I am local/rules, a small rule-based stand-in, not a language model. I can ${can}. For anything else, run the task with a model of a provider.`;
}

function intentsOf(goal: string): Intent[] {
  return [...sumsIn(goal), ...waitsIn(goal), ...timesIn(goal)].toSorted(
    (a, b) => a.start - b.start,
  );
}

function sumsIn(goal: string): Intent[] {
  return findArithmetic(goal).map(({ start, phrase, expression }) => ({
    start,
    about: phrase,
    calls: [{ name: "calculator", arguments: { expression } }, ...plainSum(expression)],
    say: (output) => {
      const value = isJsonObject(output)
        ? (output["result"] ?? output["sum"] ?? output["difference"])
        : undefined;
      return typeof value === "number" ? `${phrase} is ${value}.` : null;
    },
  }));
}

/**
 * Returns the call of a simpler tool than the calculator, for a sum or difference of two numbers.
 */
function plainSum(expression: string): Call[] {
  const match = /^(-?[\d.]+) ([+-]) (-?[\d.]+)$/.exec(expression);
  if (match === null) {
    return [];
  }
  const name = match[2] === "+" ? "add_numbers" : "subtract_numbers";
  return [{ name, arguments: { a: Number(match[1]), b: Number(match[3]) } }];
}

const TIME =
  /\b(?:what(?:'s| is)? (?:the )?(?:current |exact )?(?:time|date|day)|(?:tell|give|show)(?: me)? (?:the )?(?:current )?(?:time|date)|(?:current|exact) (?:time|date)|(?:check|know|say|and) the (?:time|date)|(?:time|date|day) is it|today's date|which day)\b/i;

function timesIn(goal: string): Intent[] {
  const match = TIME.exec(goal);
  return match === null
    ? []
    : [
        {
          start: match.index,
          about: "the time",
          calls: [{ name: "current_time", arguments: {} }],
          say: timeSentence,
        },
      ];
}

function timeSentence(output: JsonValue): string | null {
  if (!isJsonObject(output)) {
    return null;
  }
  const { date, time, weekday, timezone } = output;
  if (typeof date !== "string" || typeof time !== "string") {
    return null;
  }
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
  const instant = Date.parse(date);
  const named = Number.isNaN(instant) ? date : day.format(instant);
  const zone = typeof timezone === "string" ? ` ${timezone}` : "";
  return `the time is ${time}${zone} on ${typeof weekday === "string" ? `${weekday}, ` : ""}${named}.`;
}

const WAIT =
  /(?:\b(?:wait|sleep|pause)(?: for)?|(?<!\b(?:are|is|many) )\bin) (?<amount>\d+(?:\.\d+)?|[a-z]+) (?<unit>second|minute|hour|day)s?\b/gi;
const SECONDS: ReadonlyMap<string, number> = new Map([
  ["second", 1],
  ["minute", 60],
  ["hour", 3600],
  ["day", 86_400],
]);

function waitsIn(goal: string): Intent[] {
  return [...goal.matchAll(WAIT)].flatMap((match) => {
    const amount = numeral(match.groups?.["amount"] ?? "");
    const unit = match.groups?.["unit"]?.toLowerCase() ?? "";
    const seconds = Number(amount) * (SECONDS.get(unit) ?? 1);
    if (amount === null) {
      return [];
    }
    const length = `${amount} ${unit}${amount === "1" ? "" : "s"}`;
    return [
      {
        start: match.index,
        about: `a wait of ${length}`,
        calls: [{ name: "wait", arguments: { seconds } }],
        say: () => `I waited ${length}.`,
      },
    ];
  });
}

/** Reads the goal from the last user turn, and the outcomes from the tool turns after it. */
function readTurns({ turns }: Prompt): { goal: string; outcomes: Outcome[] } {
  const at = turns.findLastIndex((turn) => turn.role === "user");
  const said = turns[at];
  return {
    goal: said?.role === "user" ? goalIn(said.text) : "",
    outcomes: turns.slice(at + 1).flatMap((turn) => (turn.role === "tool" ? turn.results : [])),
  };
}

const OBSERVATION = "Observation: ";

/** The same for a conversation that sends tool results as user text. */
function readText({ turns }: Prompt): { goal: string; outcomes: Outcome[] } {
  const texts = turns.flatMap((turn) => (turn.role === "user" ? [turn.text] : []));
  const at = texts.findLastIndex((text) => !text.startsWith(OBSERVATION));
  return {
    goal: goalIn(texts[at] ?? ""),
    outcomes: texts.slice(at + 1).map((text) => readObservation(text.slice(OBSERVATION.length))),
  };
}

function readObservation(text: string): Outcome {
  const error = /^Error \((?<code>\w+)\): (?<message>[^]*)$/.exec(text)?.groups;
  if (error !== undefined) {
    return { error: { code: error["code"] ?? "", message: error["message"] ?? "" } };
  }
  // The lines after the first describe pictures.
  const [output = ""] = text.split("\n", 1);
  try {
    return { output: JSON.parse(output) as JsonValue };
  } catch {
    return { output: text };
  }
}

/** Returns the goal without the data below it. */
function goalIn(text: string): string {
  return cut(text.split(/\n\n(?:Context|Memory):\n/, 1)[0] ?? "", MAX_GOAL);
}

/** Returns the tools that a ReAct prompt lists. */
function toolsInText(system: string): string[] {
  const [, list = ""] = system.split("Available tools:\n");
  const [lines = ""] = list.split("\n\n", 1);
  return [...lines.matchAll(/^- (?<name>[\w.-]+): /gm)].map(
    (match) => match.groups?.["name"] ?? "",
  );
}

function listed(items: readonly string[]): string {
  return new Intl.ListFormat("en", { style: "long", type: "conjunction" }).format(new Set(items));
}

function ended(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
