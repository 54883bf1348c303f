/** `api`: sends any request to the service, with the key of the profile or the environment. */
import { errorFrom } from "../problem.ts";
import { ConnectionError } from "../errors.ts";
import { isRedirect, targetOf } from "../response.ts";
import type { Call, Command } from "./command.ts";
import { keyOf } from "./connection.ts";
import { readInput } from "./input.ts";
import { jsonText } from "./json-line.ts";
import { lineOf } from "./output.ts";
import type { ParsedArgs } from "./parsed-args.ts";
import { neutralise } from "./terminal-text.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
const BASE = "/api/v1/";

export const API: Command = {
  name: "api",
  arguments: [{ name: "method", optional: true }, { name: "path" }],
  about: "Send a request to the HTTP API and print the response",
  more: 'A path without a slash at its start is below /api/v1/. Without a method it is GET, or POST with a body. Fields are texts with -f, and JSON values with -F (true, 12, null, {"a":1}); a name such as input_data[goal] goes into an object, tags[] into a list. With GET they become the query. The key comes from the profile or the environment, as for all commands.',
  options: [
    { name: "field", short: "f", value: "name=text", about: "field of the body", multiple: true },
    {
      name: "typed-field",
      short: "F",
      value: "name=json",
      about: "field of the body, with a JSON value",
      multiple: true,
    },
    { name: "input", short: "i", value: "file", about: "file with the body; - is standard input" },
    {
      name: "header",
      short: "H",
      value: "name:value",
      about: "request header, such as 'If-Match: \"3\"'",
      multiple: true,
    },
    { name: "paginate", about: "request all pages of a list and print one item per line" },
    { name: "include", about: "print the status and the response headers too" },
  ],
  async run(call) {
    const { args } = call;
    const request = await requestFrom(call);
    if (args.flag("paginate")) {
      return printPages(call, request);
    }
    const response = await sent(call, request);
    if (args.flag("include")) {
      await call.cli.stdout.print(headOf(response));
    }
    await printBody(call, response);
    return EXIT.completed;
  },
};

/** A request that can be sent. */
interface ApiRequest {
  readonly url: URL;
  readonly init: RequestInit;
}

/** @throws UsageError */
async function requestFrom({ cli, args, address, client }: Call): Promise<ApiRequest> {
  const file = args.text("input");
  const fields = fieldsFrom(args);
  const hasFields = Object.keys(fields).length > 0;
  if (file !== undefined && hasFields) {
    throw new UsageError("Use --input or fields, not both.");
  }
  const hasBody = (file !== undefined || hasFields) && !args.flag("paginate");
  const method = methodFrom(args, hasBody);
  // The client checks the URL and the key, which an error of `fetch` would show.
  const { url: service } = client();
  const path = args.word("path");
  const url = URL.parse(`${service}${path.startsWith("/") ? "" : BASE}${path}`);
  if (url === null) {
    throw new UsageError(`${path} is not a path of ${service}.`);
  }
  const isQuery = method === "GET" || method === "HEAD";
  for (const [name, value] of isQuery ? Object.entries(fields) : []) {
    url.searchParams.append(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  const body =
    file === undefined
      ? hasFields
        ? JSON.stringify(fields)
        : undefined
      : await readInput(cli, file);
  const headers = headersFrom(args, keyOf(address()));
  if (!isQuery && body !== undefined && !headers.has("Content-Type")) {
    headers.set("Content-Type", "application/json");
  }
  return {
    url,
    init: { method, headers, redirect: "manual", ...(!isQuery && body !== undefined && { body }) },
  };
}

/** @throws UsageError */
function methodFrom(args: ParsedArgs, hasBody: boolean): (typeof METHODS)[number] {
  const word = args.word("method");
  const method = METHODS.find((one) => one === word.toUpperCase());
  if (word !== "" && method === undefined) {
    throw new UsageError(`The method must be one of ${METHODS.join(", ")}, but is ${word}.`);
  }
  return method ?? (hasBody ? "POST" : "GET");
}

function headersFrom(args: ParsedArgs, key: string): Headers {
  const headers = new Headers({ Accept: "application/json", Authorization: `Bearer ${key}` });
  for (const text of args.texts("header")) {
    const [, name = "", value = ""] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*)$/.exec(text) ?? [];
    if (name === "" || !/^[\t -~]*$/.test(value)) {
      throw new UsageError("A header must look like 'Name: value'.");
    }
    headers.set(name, value);
  }
  return headers;
}

/** @throws UsageError for a field without a name or with a value that is not JSON */
function fieldsFrom(args: ParsedArgs): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [option, isJson] of [
    ["field", false],
    ["typed-field", true],
  ] as const) {
    for (const text of args.texts(option)) {
      const at = text.indexOf("=");
      const path = pathIn(text.slice(0, at));
      if (at < 1 || path === null) {
        throw new UsageError(`A field must look like name=value, but is ${text}.`);
      }
      place(fields, path, isJson ? jsonIn(text.slice(at + 1)) : text.slice(at + 1));
    }
  }
  return fields;
}

/** Splits `a[b][]` into `a`, `b` and "". Returns null for a name of another form. */
function pathIn(name: string): readonly string[] | null {
  const [, first, rest = ""] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name) ?? [];
  return first === undefined
    ? null
    : [first, ...Array.from(rest.matchAll(/\[([^\]]*)\]/g), ([, step = ""]) => step)];
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`The value of -F must be JSON, but is ${text}. Use -f for a text.`);
  }
}

/** Sets a value in nested objects; the step "" appends to a list. @throws UsageError on a conflict */
function place(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let target: Record<string, unknown> | unknown[] = into;
  for (const [index, step] of path.entries()) {
    const next = path[index + 1];
    const known: unknown = Array.isArray(target)
      ? undefined
      : Object.entries(target).find(([key]) => key === step)?.[1];
    const inside = next === undefined ? value : (known ?? (next === "" ? [] : {}));
    if (Array.isArray(target)) {
      target.push(inside);
    } else {
      Object.defineProperty(target, step, {
        value: inside,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    if (next === undefined) {
      return;
    }
    if (!isContainer(inside) || Array.isArray(inside) !== (next === "")) {
      throw new UsageError(`The field ${path[0]} is used in two ways.`);
    }
    target = inside;
  }
}

function isContainer(value: unknown): value is Record<string, unknown> | unknown[] {
  return typeof value === "object" && value !== null;
}

/** @throws OpspawnError for anything but a successful response */
async function sent({ fetch: send, address }: Call, { url, init }: ApiRequest): Promise<Response> {
  const { url: service } = address();
  let response: Response;
  try {
    response = await send(url, init);
  } catch (error) {
    const { cause } = error as { cause?: { code?: unknown } };
    const code = typeof cause?.code === "string" ? ` (${cause.code})` : "";
    throw new ConnectionError(service, `no connection${code}`, { cause: error });
  }
  if (isRedirect(response)) {
    throw new ConnectionError(service, `it redirects${targetOf(response, url.href)}`, {
      code: "not_opspawn",
      status: response.status,
    });
  }
  if (!response.ok) {
    throw await errorFrom(service, response);
  }
  return response;
}

function headOf({ status, statusText, headers }: Response): string {
  const lines = Array.from(headers, ([name, value]) => `${name}: ${value}`);
  return neutralise([`HTTP ${status} ${statusText}`.trimEnd(), ...lines, "", ""].join("\n"));
}

/** Prints JSON indented, or on one line with `--json`; anything else as it arrives. */
async function printBody({ cli, args }: Call, response: Response): Promise<void> {
  const type = response.headers.get("Content-Type") ?? "";
  if (/\bjson\b/i.test(type)) {
    const text = await response.text();
    if (text === "") {
      return;
    }
    const value: unknown = JSON.parse(text);
    await cli.stdout.print(args.isJson ? lineOf({ args }, value) : jsonText(value));
    return;
  }
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    await cli.stdout.print(neutralise(decoder.decode(chunk as Uint8Array, { stream: true })));
  }
}

/** Prints the items of all pages, one line of JSON each. @throws UsageError for another response */
async function printPages(call: Call, { url, init }: ApiRequest): Promise<number> {
  if (init.method !== "GET") {
    throw new UsageError("--paginate needs the method GET.");
  }
  for (;;) {
    const response = await sent(call, { url, init });
    const page = (await response.json()) as { data?: unknown; next_cursor?: unknown };
    if (!Array.isArray(page.data)) {
      throw new UsageError("--paginate needs a list: this response has no pages.");
    }
    for (const item of page.data as readonly unknown[]) {
      await call.cli.stdout.print(lineOf(call, item));
    }
    if (typeof page.next_cursor !== "string") {
      return EXIT.completed;
    }
    url.searchParams.set("cursor", page.next_cursor);
  }
}
