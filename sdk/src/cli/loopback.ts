/** Keeps requests to this machine away from a proxy, which could not reach it. */

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]", "::1"];

/**
 * Adds this machine's names to `NO_PROXY` for this process and its children, if a proxy is set. Node
 * reads the variable at each request.
 */
export function exemptLoopback(env: NodeJS.ProcessEnv = process.env): void {
  const isProxied = Object.keys(env).some((name) => /^(?:https?|all)_proxy$/i.test(name));
  const known = env["no_proxy"] ?? env["NO_PROXY"] ?? "";
  if (!isProxied || known.trim() === "*") {
    return;
  }
  const names = known.split(/[\s,]+/).filter((name) => name !== "");
  const all = [...new Set([...names, ...LOOPBACK])].join(",");
  Object.assign(env, { no_proxy: all, NO_PROXY: all });
}

/** Returns whether an address is one of this machine. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.includes(new URL(url).hostname);
}
