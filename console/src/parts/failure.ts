/** Why a request failed, as the page shows it. */
export interface Failure {
  /** HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** A stable code, such as `not_found`. */
  readonly code: string;
  /** A sentence for people. */
  readonly detail: string;
  /** The id of the request, for a report. */
  readonly requestId: string | null;
  /** What is wrong with single fields, by JSON pointer. */
  readonly fields: readonly { readonly pointer: string; readonly detail: string }[];
}
