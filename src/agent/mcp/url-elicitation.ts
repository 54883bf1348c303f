/** URL elicitation: a server refuses a request until the user has opened addresses of its choice. */
import { z } from "zod";
import type { ToolContext } from "../tools/tool.ts";
import { cleaned, type Hide } from "./clean.ts";

/** The protocol's code for such a refusal. */
const URL_NEEDED = -32_042;

interface Address {
  readonly url: string;
  readonly message: string;
}

/** A request that is refused until the user has opened some URLs (MCP revision 2025-11-25). */
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

  /** The refusal that an error of a server is; null for any other error. */
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

/** Whether the user may be sent to an address: by `https`, or to this machine. */
export function isVisitable(address: string): boolean {
  const url = URL.parse(address);
  return (
    url?.protocol === "https:" ||
    (url?.protocol === "http:" && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname))
  );
}
