/** Pure: the request behind an action, as commands and code that do the same. */

/** One request of the API, and the same as a command and as a call of the client. */
export interface Equivalent {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From the service's address on, such as `/api/v1/tasks`. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Words of the command, without `opspawn`; null if the command line has none. */
  readonly cli: readonly string[] | null;
  /** The client's method and its arguments, such as `["tasks.cancel", "task_1", { reason: "…" }]`. */
  readonly sdk: readonly [method: string, ...args: unknown[]];
}

/** The request as a `curl` command; the key is `$OPSPAWN_KEY`. */
export function curlOf({ method, path, body, headers = {} }: Equivalent, origin: string): string {
  const lines = [
    `curl${method === "GET" ? "" : ` -X ${method}`} ${quoted(origin + path)}`,
    '-H "Authorization: Bearer $OPSPAWN_KEY"',
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined
      ? []
      : ['-H "Content-Type: application/json"', `-d ${quoted(JSON.stringify(body, null, 2))}`]),
  ];
  return lines.join(" \\\n  ");
}

/** The request as a command; a call by path where the command line has no command for it. */
export function cliOf({ cli, method, path, body }: Equivalent): string {
  const words = cli ?? [
    "api",
    method,
    path,
    ...(body === undefined ? [] : ["--body", JSON.stringify(body)]),
  ];
  return ["opspawn", ...words.map(quoted)].join(" ");
}

/** The request as a call of the client. */
export function sdkOf({ sdk: [method, ...args] }: Equivalent): string {
  const given = args.map((one) => code(one, 0)).join(", ");
  return `import { Opspawn } from "opspawn";\n\nconst opspawn = new Opspawn();\nawait opspawn.${method}(${given});`;
}

/** A word of a shell command: as it is if it is plain, otherwise in single quotes. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** JSON as JavaScript has it: names without quotes where they need none. */
function code(value: unknown, depth: number): string {
  const text = JSON.stringify(value, null, 2) ?? "undefined";
  const plain = text.replaceAll(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, "$1$2:");
  return plain.replaceAll("\n", `\n${"  ".repeat(depth)}`);
}
