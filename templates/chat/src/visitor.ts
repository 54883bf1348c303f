/**
 * Visitors of the page. Each is a tenant of its own, named by a random cookie that only this service
 * can read, so that visitors do not see each other's tasks. Replace it by your own login.
 */

const COOKIE = "visitor";
const DAY_S = 86_400;

/** Returns the tenant of a visitor, or null for a request without the cookie. */
export function visitorIn(request: Request): string | null {
  const cookies = request.headers.get("Cookie") ?? "";
  return /(?:^|;\s*)visitor=(visitor-[0-9a-f]{32})(?:;|$)/.exec(cookies)?.[1] ?? null;
}

/** Returns the page, with a cookie for a new visitor. */
export function welcome(request: Request, page: Response): Response {
  const response = new Response(page.body, page);
  if (visitorIn(request) === null) {
    const random = crypto.getRandomValues(new Uint8Array(16));
    const id = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const isSecure = new URL(request.url).protocol === "https:";
    response.headers.append(
      "Set-Cookie",
      `${COOKIE}=visitor-${id}; Path=/; Max-Age=${30 * DAY_S}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`,
    );
  }
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'");
  return response;
}
