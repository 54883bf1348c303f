/** The official MCP SDK, loaded with the first connection and not before. */

type Sdk = Awaited<ReturnType<typeof load>>;

/** The modules, once they are needed. */
let loaded: Sdk | null = null;

/** Loads what a connection needs; the first call takes its time. */
export async function loadSdk(): Promise<Sdk> {
  loaded ??= await load();
  return loaded;
}

/** The modules if they are loaded: nothing that the SDK throws comes before. */
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
