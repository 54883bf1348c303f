/** URL elicitation: a server rejects a request until the user has opened URLs of its choice. */
import { z } from "zod";
import type { ToolContext } from "../tools/tool.ts";
import { cleaned, type Hide } from "../tools/redact.ts";

/** The protocol's error code for this. */
const URL_NEEDED = -32_042;

interface Address {
  readonly url: string;
  readonly message: string;
}

/**
 * The error of a request that is rejected until the user has opened some URLs (MCP revision
 * 2025-11-25).
 */
const refusal = z.looseObject({
  code: z.literal(URL_NEEDED),
  data: z.looseObject({
    elicitations: z
      .array(z.looseObject({ url: z.string(), message: z.string() }))
      .min(1)
      .max(5),
  }),
});

export class UrlElicitationRequired extends Error {
  readonly #addresses: readonly Address[];

  private constructor(message: string, addresses: readonly Address[]) {
    super(message);
    this.#addresses = addresses;
  }

  /** Parses an error of a server; null if it is any other error. */
  static of(thrown: unknown, message: string, hide: Hide): UrlElicitationRequired | null {
    const refused = refusal.safeParse(thrown);
    return refused.success
      ? new UrlElicitationRequired(message, cleaned(refused.data.data.elicitations, hide))
      : null;
  }

  /** Asks the user to open each URL. Returns true if all were accepted. @throws Suspended */
  async accepted(server: string, { ask }: Pick<ToolContext, "ask">): Promise<boolean> {
    for (const { url, message } of this.#addresses) {
      if (ask === undefined || !isVisitable(url)) {
        return false;
      }
      const { action } = await ask({ server, message, url });
      if (action !== "accept") {
        return false;
      }
    }
    return true;
  }
}

/** Returns whether the user may be sent to a URL: `https`, or `http` on the user's own machine. */
export function isVisitable(address: string): boolean {
  const url = URL.parse(address);
  return (
    url?.protocol === "https:" ||
    (url?.protocol === "http:" && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname))
  );
}
