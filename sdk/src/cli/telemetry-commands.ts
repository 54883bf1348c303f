/** Commands for traces: where they are sent. No command shows the value of a header. */
import type { SetTelemetry, TelemetrySettings } from "../model.ts";
import { EXIT, UsageError } from "./cli-env.ts";
import type { Command } from "./command.ts";
import { readInput, recordOf } from "./input.ts";
import { printResult } from "./output.ts";

const FORMATS = ["protobuf", "json"] as const;
const CONTENTS = ["none", "messages", "all"] as const;

const get: Command = {
  name: "telemetry get",
  arguments: [],
  about: "Show where traces are sent, and what could not be sent",
  options: [],
  run: async (call) => printResult(call, await call.client().telemetry.get(), lineOf),
};

const put: Command = {
  name: "telemetry put",
  arguments: [{ name: "url" }],
  about: "Send traces to an OpenTelemetry receiver",
  more: "Headers with keys are read from a JSON file, or from standard input with `--headers -`: they are never arguments, because other users of the machine could see them.",
  options: [
    { name: "metrics-url", value: "url", about: "where metrics are sent (default: nowhere)" },
    { name: "headers", value: "file", about: "JSON file with the headers of each request" },
    {
      name: "format",
      value: "which",
      about: "encoding (default: protobuf)",
      choices: FORMATS,
    },
    {
      name: "content",
      value: "which",
      about: "content of the spans (default: none)",
      choices: CONTENTS,
    },
    { name: "sampling", value: "expression", about: "which traces are sent (default: all)" },
  ],
  async run(call) {
    const { cli, args, client } = call;
    const file = args.text("headers");
    const metricsUrl = args.text("metrics-url");
    const format = FORMATS.find((one) => one === args.text("format"));
    const content = CONTENTS.find((one) => one === args.text("content"));
    const sampling = args.text("sampling");
    const body: SetTelemetry = {
      url: args.word("url"),
      ...(metricsUrl !== undefined && { metrics_url: metricsUrl }),
      ...(file !== undefined && { headers: headersIn(await readInput(cli, file)) }),
      ...(format !== undefined && { format }),
      ...(content !== undefined && { content }),
      ...(sampling !== undefined && { sampling }),
    };
    return printResult(call, await client().telemetry.set(body), lineOf);
  },
};

const remove: Command = {
  name: "telemetry delete",
  arguments: [],
  about: "Stop sending traces",
  options: [],
  async run({ client }) {
    await client().telemetry.delete();
    return EXIT.completed;
  },
};

const exportTrace: Command = {
  name: "telemetry export",
  arguments: [{ name: "task" }],
  about: "Send the trace of a task again",
  options: [],
  async run(call) {
    const queued = await call.client().telemetry.exportTrace(call.args.word("task"));
    return printResult(call, queued, ({ task_id }) => `${task_id}\n`);
  },
};

export const TELEMETRY_COMMANDS: readonly Command[] = [get, put, remove, exportTrace];

function lineOf({ url, format, content, failed_exports, rejected_spans }: TelemetrySettings) {
  return `${url} ${format} content ${content}, ${failed_exports} exports failed, ${rejected_spans} spans rejected\n`;
}

/** @throws UsageError unless it is a JSON object of texts */
function headersIn(text: string): Record<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UsageError("The headers are not JSON.");
  }
  const entries = Object.entries(recordOf(parsed)).map(([name, value]): [string, string] => {
    if (typeof value !== "string") {
      throw new UsageError(`The header ${name} is not a text.`);
    }
    return [name, value];
  });
  return Object.fromEntries(entries);
}
