/**
 * What can go wrong between a program and the service: it says no, or it is not there. Each is a
 * type to branch on, and a sentence with what to do about it.
 */
import { textOf } from "./run-progress.ts";
import { neutralise } from "./terminal-text.ts";

/** One thing that is wrong with a request, by a JSON pointer into it. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** The service said no, and why. */
export class RefusedError extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];

  constructor(status: number, code: string, detail: string, faults: readonly Fault[] = []) {
    super(detail);
    this.name = "RefusedError";
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

/** Nobody answers at the address, or something that does not speak this API. */
export class UnreachableError extends Error {
  readonly url: string;

  constructor(url: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "UnreachableError";
    this.url = url;
  }
}

/** A response that is not a success, as the error that it stands for. */
export function refusalOf(
  url: string,
  status: number,
  answer: Record<string, unknown> | null,
): Error {
  const { code, detail, title, errors } = answer ?? {};
  if (typeof code !== "string") {
    return new UnreachableError(url, `an answer ${status} that is not Opspawn's`);
  }
  const sentence = textOf(detail) || textOf(title) || code;
  return new RefusedError(status, code, sentence, Array.isArray(errors) ? (errors as Fault[]) : []);
}

/** Explains a failure of the client; anything else is a fault of the program and thrown on. */
export function explain(error: unknown): string {
  if (error instanceof UnreachableError) {
    return `No Opspawn answers at ${error.url}: ${error.message}. Start one with \`npm start\`, or set OPSPAWN_URL to where it is.`;
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
