import type { ApiContext } from "../context.ts";
export async function serveTestMount(c: ApiContext): Promise<Response> {
  return c.json({});
}
