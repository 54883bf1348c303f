/** Loads the official MCP SDK with the first connection. */

type Sdk = Awaited<ReturnType<typeof load>>;

/** SDK modules; null until first loaded. */
let loaded: Sdk | null = null;

/** Loads the SDK. The first call is slow. */
export async function loadSdk(): Promise<Sdk> {
  loaded ??= await load();
  return loaded;
}

/** Returns the modules if they are loaded: the SDK cannot throw before that. */
export function loadedSdk(): Sdk | null {
  return loaded;
}

async function load() {
  const [sdk, http, types, auth, errors, { CfWorkerJsonSchemaValidator }] = await Promise.all([
    import("@modelcontextprotocol/sdk/client/index.js"),
    import("@modelcontextprotocol/sdk/client/streamableHttp.js"),
    import("@modelcontextprotocol/sdk/types.js"),
    import("@modelcontextprotocol/sdk/client/auth.js"),
    import("@modelcontextprotocol/sdk/server/auth/errors.js"),
    import("@modelcontextprotocol/sdk/validation/cfworker"),
  ]);
  return { sdk, http, types, auth, errors, CfWorkerJsonSchemaValidator };
}
