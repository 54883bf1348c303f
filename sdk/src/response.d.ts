/** Tells responses of the service from those of another server. */
/** Browsers hide everything about a redirect that is not followed but that it is one. */
export declare function isRedirect({
  type,
  status,
}: {
  readonly type: string;
  readonly status: number;
}): boolean;
/** Where a redirect leads, as the URL to configure if only the server has changed. */
export declare function targetOf({ headers }: Response, address: string): string;
/** Whether a response has the field that all responses of its operation have. */
export declare function hasField(value: unknown, field: string | null): boolean;
