/** Turns client errors into messages with advice. */
import { OpspawnError, APIError, ConnectionError, type Fault } from "../errors.ts";
import { neutralise } from "./terminal-text.ts";

/** Returns a message for a client error. Rethrows anything else: it is a bug. */
export function explain(error: unknown): string {
  if (error instanceof ConnectionError) {
    return neutralise(
      `Cannot reach Opspawn at ${error.message}. Set OPSPAWN_URL to its URL, or start a local service with \`npm start\` in the repository.`,
    );
  }
  if (error instanceof APIError) {
    const faults = error.errors
      .filter((fault) => !isSaid(fault, error))
      .map(({ pointer, detail }) => `\n  ${pointer} ${detail}`);
    return neutralise(`${error.message}${faults.join("")}${adviceOn(error)}`);
  }
  if (error instanceof OpspawnError) {
    return `${error.message}.`;
  }
  throw error;
}

/** Whether the message has the fault already: it has the first of several, with its place. */
function isSaid({ pointer, detail }: Fault, { message, errors }: APIError): boolean {
  return errors.length === 1
    ? message.includes(detail)
    : [" ", ": "].some((between) => message.includes(`${pointer}${between}${detail}`));
}

/** Commands that list what a request may name, by the code of a refusal. */
const LISTS: Readonly<Record<string, string>> = {
  unknown_agent: "agents",
  unknown_mcp_server: "mcp",
  unknown_tool: "tools",
};

function adviceOn({ status, code, requestId }: APIError): string {
  const noun = LISTS[code];
  if (noun !== undefined) {
    return ` \`opspawn ${noun}\` lists what exists.`;
  }
  switch (status) {
    case 401:
      return " Set OPSPAWN_KEY to a valid key for this service, or run `opspawn login`. `npm start` writes its key to .dev.vars.";
    case 403:
      return " Use a key that has the scope.";
    case 429:
    case 503:
      return " Try again shortly.";
    default:
      return status >= 500 ? ` See the service's log (request ${requestId ?? "unknown"}).` : "";
  }
}
