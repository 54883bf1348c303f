/** What a failure of the client says to a person, and what to do about it. */
import { OpspawnError, RefusedError, UnreachableError } from "../errors.ts";
import { neutralise } from "./terminal-text.ts";

/** Explains a failure of the client; anything else is a fault of the program and thrown on. */
export function explain(error: unknown): string {
  if (error instanceof UnreachableError) {
    return `No Opspawn answers at ${error.url}: ${error.message}. Set OPSPAWN_URL to where it is; \`npm start\` in its repository starts one.`;
  }
  if (error instanceof RefusedError) {
    const faults = error.errors
      .filter(({ detail }) => !error.message.includes(detail))
      .map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`);
    return neutralise(`${error.message}${faults.join("")}${adviceOn(error)}`);
  }
  if (error instanceof OpspawnError) {
    return `${error.message}.`;
  }
  throw error;
}

function adviceOn({ status, requestId }: RefusedError): string {
  switch (status) {
    case 401:
      return " Set OPSPAWN_KEY to a key of this service, or run `opspawn login`; the key of `npm start` is in its .dev.vars.";
    case 403:
      return " Use a key with that scope.";
    case 429:
    case 503:
      return " Try again shortly.";
    default:
      return status >= 500 ? ` Look at the service's log (request ${requestId ?? "unknown"}).` : "";
  }
}
