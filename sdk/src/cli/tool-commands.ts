/** Commands for tools and MCP servers. */
import type { CreateMcpServer, McpServer, RegisterTool, Tool } from "../model.ts";
import type { Command } from "./command.ts";
import type { Argument } from "./option.ts";
import { definitionIn, FILE, put } from "./definition.ts";
import { printList } from "./listing.ts";
import { printJson, printResult } from "./output.ts";
import { neutralise } from "./terminal-text.ts";
import { EXIT } from "./cli-env.ts";

const NAME: Argument = { name: "name" };

const tools: readonly Command[] = [
  {
    name: "tools list",
    arguments: [],
    about: "List available tools",
    options: [],
    run: (call) =>
      printList(
        call,
        call.client().tools.list(),
        ["TOOL", "KIND", "EFFECT", "DESCRIPTION"],
        (tool) => [tool.name, tool.enabled ? tool.kind : "disabled", tool.effect, tool.description],
      ),
  },
  {
    name: "tools get",
    arguments: [NAME],
    about: "Print a tool and its schemas as JSON",
    options: [],
    run: async (call) => printJson(call, await call.client().tools.get(call.args.word("name"))),
  },
  {
    name: "tools put",
    aliases: ["tools create", "tools update", "tools register"],
    arguments: [FILE],
    about: "Register a tool, or replace it, from a JSON file",
    more: "The file contains the body of POST /api/v1/tools: {name, kind, description, effect, input_schema, http | code, …}, or what `tools get` prints. Use - for standard input. Tasks submitted before keep the old definition.",
    options: [],
    async run(call) {
      const tool = await definitionIn<RegisterTool>(
        call,
        "a tool as JSON: {name, kind, description, effect, input_schema, http or code}",
      );
      const resource = call.client().tools;
      const made = await put(
        () => resource.register(tool),
        () => resource.replace(tool.name, tool),
        "tool_exists",
      );
      return printResult(call, made, toolLine);
    },
  },
  ...switches("tools", "tool", (call, enabled) =>
    call.client().tools.enable(call.args.word("name"), enabled),
  ),
  {
    name: "tools delete",
    arguments: [NAME],
    about: "Delete a registered tool; tasks that have it keep it",
    options: [],
    async run({ args, client }) {
      await client().tools.delete(args.word("name"));
      return EXIT.completed;
    },
  },
];

const servers: readonly Command[] = [
  {
    name: "mcp list",
    arguments: [],
    about: "List MCP servers with their health",
    options: [],
    run: (call) =>
      printList(
        call,
        call.client().mcpServers.list(),
        ["SERVER", "STATE", "SOURCE", "URL"],
        (server) => [server.name, serverState(server), server.source, server.url ?? ""],
      ),
  },
  {
    name: "mcp get",
    arguments: [NAME],
    about: "Print an MCP server as JSON",
    options: [],
    run: async (call) =>
      printJson(call, await call.client().mcpServers.get(call.args.word("name"))),
  },
  {
    name: "mcp put",
    aliases: ["mcp create", "mcp update"],
    arguments: [FILE],
    about: "Register an MCP server, or replace it, from a JSON file",
    more: "The file contains the body of POST /api/v1/mcp/servers: {name, url, headers?, …}, or what `mcp get` prints. Use - for standard input.",
    options: [],
    async run(call) {
      const server = await definitionIn<CreateMcpServer>(
        call,
        "an MCP server as JSON: {name, url, headers?}",
      );
      const { mcpServers } = call.client();
      const { name, ...definition } = server;
      const made = await put(
        () => mcpServers.create(server),
        () => mcpServers.replace(name, { name, ...definition }),
        "mcp_server_exists",
      );
      return printResult(call, made, serverLine);
    },
  },
  ...switches("mcp", "MCP server", (call, enabled) =>
    call.client().mcpServers.enable(call.args.word("name"), enabled),
  ),
  {
    name: "mcp refresh",
    arguments: [NAME],
    about: "Reload the tools of an MCP server",
    options: [],
    run: async (call) =>
      printResult(call, await call.client().mcpServers.refresh(call.args.word("name")), serverLine),
  },
  {
    name: "mcp tools",
    arguments: [NAME],
    about: "List the tools of an MCP server",
    options: [],
    run: (call) =>
      printList(
        call,
        call.client().mcpServers.tools(call.args.word("name")),
        ["TOOL", "CALLED AS", "DESCRIPTION"],
        (tool) => [tool.name, tool.call_as, tool.description],
      ),
  },
  {
    name: "mcp authorize",
    arguments: [NAME],
    about: "Start OAuth for an MCP server and print the address to open in a browser",
    options: [],
    run: async (call) =>
      printResult(
        call,
        await call.client().mcpServers.authorize(call.args.word("name")),
        ({ authorized, authorization_url }) =>
          authorized ? "authorized\n" : `${neutralise(authorization_url ?? "")}\n`,
      ),
  },
  {
    name: "mcp forget",
    arguments: [NAME],
    about: "Delete the OAuth tokens of an MCP server",
    options: [],
    async run({ args, client }) {
      await client().mcpServers.forgetAuthorization(args.word("name"));
      return EXIT.completed;
    },
  },
  {
    name: "mcp delete",
    arguments: [NAME],
    about: "Delete an MCP server",
    options: [],
    async run({ args, client }) {
      await client().mcpServers.delete(args.word("name"));
      return EXIT.completed;
    },
  },
];

export const TOOL_COMMANDS: readonly Command[] = [...tools, ...servers];

/** The commands `enable` and `disable` of a noun. */
function switches(
  noun: string,
  what: string,
  set: (call: Parameters<Command["run"]>[0], enabled: boolean) => Promise<Tool | McpServer>,
): readonly Command[] {
  return ([true, false] as const).map((enabled): Command => {
    const verb = enabled ? "enable" : "disable";
    return {
      name: `${noun} ${verb}`,
      arguments: [NAME],
      about: `${enabled ? "Enable" : "Disable"} a ${what} for new tasks`.replace("a MCP", "an MCP"),
      options: [],
      run: async (call) =>
        printResult(call, await set(call, enabled), ({ name }) => `${name} ${verb}d\n`),
    };
  });
}

function toolLine({ name, kind, enabled }: Tool): string {
  return `${name} ${enabled ? kind : "disabled"}\n`;
}

function serverLine(server: McpServer): string {
  return `${server.name} ${serverState(server)}\n`;
}

function serverState({ enabled, health }: McpServer): string {
  return enabled ? health.status : "disabled";
}
