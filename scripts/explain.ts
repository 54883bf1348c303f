/** What went wrong between a program and the service, as a sentence and what to do about it. */
import { RefusedError, UnreachableError } from "./client.ts";
import { neutralise } from "./terminal-text.ts";

/** Explains a failure of the client; anything else is a fault of the program and thrown on. */
export function explain(error: unknown, url: string): string {
  if (error instanceof UnreachableError) {
    return `No Opspawn answers at ${url}: ${error.message}. Start one with \`npm start\`, or set OPSPAWN_URL to where it is.`;
  }
  if (error instanceof RefusedError) {
    const faults = error.faults
      .filter(({ detail }) => !error.message.includes(detail))
      .map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`);
    return neutralise(`${error.message}${faults.join("")}${adviceOn(error)}`);
  }
  throw error;
}

function adviceOn({ status }: RefusedError): string {
  switch (status) {
    case 401:
      return " Set OPSPAWN_KEY to a key of this service; one that `npm start` serves takes the key in .dev.vars when OPSPAWN_KEY is unset.";
    case 403:
      return " Use a key with that scope.";
    case 429:
    case 503:
      return " Try again shortly.";
    default:
      return status >= 500 ? " Look at the service's log." : "";
  }
}
