/**
 * The console's addresses that are no files. Its files are static assets, which the platform serves
 * without the Worker; a deep link such as `/console/runs/…` comes here and gets the page itself.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./context.ts";
import { Problem } from "./http/problem.ts";

const PAGE = "/console/";
const FILES = `${PAGE}assets/`;

/** Adds the console's deep links, and `/`, which leads browsers to the console. */
export function consoleRoutes(app: OpenAPIHono<AppEnv>): void {
  app.get("/", (c) =>
    c.redirect(c.req.header("Accept")?.includes("text/html") === true ? PAGE : "/docs"),
  );
  app.get(`${PAGE}*`, (c) => {
    // A tab of an earlier deployment asks for files that are gone: it must not get a page for them.
    if (c.req.path.startsWith(FILES)) {
      throw new Problem("not_found", "The console has no file of this name.");
    }
    return c.env.CONSOLE.fetch(new URL(PAGE, c.req.url));
  });
}
