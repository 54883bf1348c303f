/** Commands that read the log of a task. */
import type { EventType } from "../event.ts";
import type { Prompt } from "../model.ts";
import { failureText, jsonText } from "../view/wording.ts";
import type { Command } from "./command.ts";
import type { Argument } from "./option.ts";
import { printList } from "./listing.ts";
import { isTerminal } from "./live-view.ts";
import { printResult } from "./output.ts";
import { namesIn } from "./run-commands.ts";
import { block, neutralise } from "./terminal-text.ts";

const TASK: Argument = { name: "task" };
/** Maximum page size of a log. */
const LOG_PAGE = 1000;

const events: Command = {
  name: "tasks events",
  aliases: ["events"],
  arguments: [TASK],
  about: "List a task's events so far (whole with --json)",
  options: [
    { name: "after", value: "seq", about: "only events after this one" },
    { name: "types", short: "t", value: "types", about: "comma-separated event types" },
    { name: "outline", short: "o", about: "with --json: shortened events with their size" },
  ],
  run(call) {
    const { args, client } = call;
    const types = namesIn(args.text("types") ?? "");
    const listed = client().tasks.events(args.word("task"), {
      after: args.whole("after", 0) ?? 0,
      limit: LOG_PAGE,
      // A table shows no more than an outline. The service validates the types.
      outline: !args.isJson || args.flag("outline"),
      ...(types.length > 0 && { types: types as EventType[] }),
    });
    return printList(call, listed, ["SEQ", "AT", "TYPE", "BYTES", "DATA"], (event) => [
      String(event.seq),
      event.at,
      event.type,
      String(event.bytes ?? ""),
      jsonText(event.data),
    ]);
  },
};

const prompt: Command = {
  name: "tasks prompt",
  arguments: [TASK, { name: "call" }],
  about: "Show what the model saw in a model call",
  options: [
    { name: "attempt", value: "n", about: "attempt of the call (default: the last)" },
    { name: "body", short: "b", about: "print the body of the request instead" },
  ],
  async run(call) {
    const { args, client } = call;
    const attempt = args.whole("attempt", 1);
    const query = attempt === undefined ? {} : { attempt };
    const shown = await client().tasks.prompt(args.word("task"), args.word("call"), query);
    const columns = isTerminal(call.cli.stdout) ? call.cli.stdout.columns : undefined;
    return printResult(call, shown, (one) =>
      args.flag("body") ? `${neutralise(one.body)}\n` : promptText(one, columns),
    );
  },
};

const trace: Command = {
  name: "tasks trace",
  arguments: [TASK],
  about: "Print a task's trace as OTLP JSON",
  options: [
    {
      name: "content",
      value: "which",
      about: "content of the spans (default: none)",
      choices: ["none", "messages", "all"],
    },
  ],
  async run(call) {
    const { args, client } = call;
    const content = args.text("content");
    const query = isTraceContent(content) ? { content } : {};
    const spans = await client().tasks.trace(args.word("task"), query);
    return printResult(call, spans, (one) => `${neutralise(JSON.stringify(one, null, 2))}\n`);
  },
};

function isTraceContent(text: string | undefined): text is "none" | "messages" | "all" {
  return text === "none" || text === "messages" || text === "all";
}

export const LOG_COMMANDS: readonly Command[] = [events, prompt, trace];

/** Formats a prompt as text: a heading for each part, and its content below. */
function promptText(shown: Prompt, columns: number | undefined): string {
  const { call_id, attempt, model, system, turns, tools, matches } = shown;
  const section = (heading: string, text: string) =>
    `${neutralise(heading)}\n${block(text, "  ", columns)}\n`;
  return [
    section(
      `${call_id}, attempt ${attempt}, ${model}`,
      matches ? "as it was sent" : "not as it was sent: code, tools or settings have changed",
    ),
    section("system", system),
    ...(tools.length === 0 ? [] : [section("tools", tools.map(({ name }) => name).join(", "))]),
    ...turns.map((turn) => section(turn.role, turnText(turn))),
  ].join("");
}

function turnText(turn: Prompt["turns"][number]): string {
  switch (turn.role) {
    case "assistant":
      return [
        ...(turn.text === "" ? [] : [turn.text]),
        ...turn.tool_calls.map(
          (one) => `${one.call_id} ${one.name} ${jsonText(one.arguments ?? one.arguments_text)}`,
        ),
      ].join("\n");
    case "tool":
      return turn.results
        .map(({ call_id, name, output, error }) => {
          const outcome = error === undefined ? jsonText(output) : failureText(error);
          return `${call_id} ${name} → ${outcome}`;
        })
        .join("\n");
    default:
      return turn.text;
  }
}
