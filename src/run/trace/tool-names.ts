/** Which tools are those of MCP servers, and which tool a call is for. Bounded. */
import type { RunSpec } from "../spec/spec.ts";

/** Maximum servers and names of calls that are remembered. */
const MAX_NAMES = 1000;

/** A tool of an MCP server. */
export interface RemoteTool {
  readonly server: string;
  /** The server's own name of the tool. */
  readonly tool: string;
  /** The host of the server; null if it is not known. */
  readonly address: string | null;
}

/** The names of a run's tools. */
export class ToolNames {
  readonly #servers = new Map<string, string | null>();
  /** Tools of the current turn, by call. */
  #calls = new Map<string, string>();

  /** Learns the servers of a run. */
  begin({ mcp_servers = [] }: RunSpec): void {
    for (const { name, url } of mcp_servers) {
      this.#servers.set(name, URL.canParse(url) ? new URL(url).hostname : null);
    }
  }

  /** Learns a server that was listed. */
  listed(server: string): void {
    if (!this.#servers.has(server) && this.#servers.size < MAX_NAMES) {
      this.#servers.set(server, null);
    }
  }

  /** Learns the calls of a new turn. */
  turn(calls: readonly { readonly call_id: string; readonly name: string }[]): void {
    this.#calls = new Map(calls.slice(0, MAX_NAMES).map((call) => [call.call_id, call.name]));
  }

  /** Returns the tool of a call of the current turn. */
  of(callId: string): string {
    return this.#calls.get(callId) ?? "unknown";
  }

  /** Returns the server and the server's own name of a tool; null for a tool of the service. */
  remote(name: string): RemoteTool | null {
    const dot = name.indexOf(".");
    const server = dot === -1 ? "" : name.slice(0, dot);
    const address = this.#servers.get(server);
    return address === undefined ? null : { server, tool: name.slice(dot + 1), address };
  }
}
