/** Dialogs that register and change tools. */
import { useState } from "preact/hooks";
import type { Tool } from "../../../../sdk/src/model.ts";
import { EditDialog } from "../../data/edit-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { Tabs } from "../../parts/tabs.tsx";

type Json = Readonly<Record<string, unknown>>;

const KINDS = [
  { id: "http", text: "HTTP request" },
  { id: "code", text: "Code" },
] as const;

const NO_ARGUMENTS = { type: "object", properties: {} };
const BEGINNINGS = {
  http: {
    name: "",
    description: "",
    input_schema: NO_ARGUMENTS,
    kind: "http",
    http: { method: "GET", url: "" },
  },
  code: {
    name: "",
    description: "",
    input_schema: NO_ARGUMENTS,
    kind: "code",
    code: { source: "return args;" },
  },
} as const;

/** Registers a tool of one of the kinds. */
export function NewTool({ onClose }: { readonly onClose: () => void }) {
  const [kind, setKind] = useState<"http" | "code">("http");
  return (
    <EditDialog
      key={kind}
      title="New tool"
      schema="RegisterTool"
      adjust={(schema) => ofKind(schema, kind)}
      base={BEGINNINGS[kind]}
      submit="Register"
      about={<Tabs label="Kind of tool" tabs={KINDS} current={kind} onChange={setKind} />}
      request={(body) => ({
        method: "POST",
        path: "/api/v1/tools",
        body,
        cli: null,
        sdk: ["tools.register", body],
      })}
      send={({ tools }, body) => tools.register(body as never)}
      onDone={() => invalidate("tools")}
      onClose={onClose}
    />
  );
}

interface ToolProps {
  readonly tool: Tool;
  readonly etag: string | null;
  readonly onClose: () => void;
}

/** Replaces a tool. */
export function EditTool({ tool, etag, onClose }: ToolProps) {
  const { name, kind } = tool;
  return (
    <EditDialog
      title={`Change ${name}`}
      schema="ReplaceTool"
      adjust={(schema) => ofKind(schema, kind)}
      base={bodyOf(tool)}
      isChange
      submit="Save"
      etag={etag}
      request={(body) => ({
        method: "PUT",
        path: `/api/v1/tools/${name}`,
        body,
        ...(etag !== null && { headers: { "If-Match": etag } }),
        cli: null,
        sdk: ["tools.replace", name, body, ...(etag === null ? [] : [{ ifMatch: etag }])],
      })}
      send={({ tools }, body, ifMatch) => tools.replace(name, body as never, { ifMatch })}
      reread={async ({ tools }) => {
        const found = await tools.get(name).withResponse();
        return { value: bodyOf(found.data), etag: found.etag };
      }}
      onDone={() => invalidate("tools")}
      onClose={onClose}
    />
  );
}

/** The alternative of a body for one kind, complete with what it refers to. */
function ofKind(schema: Json, kind: string): Json {
  const all = Array.isArray(schema["oneOf"]) ? (schema["oneOf"] as readonly Json[]) : [];
  const found = all.find((one) => JSON.stringify(one["properties"]).includes(`"enum":["${kind}"]`));
  return { ...(found ?? schema), components: schema["components"] };
}

function bodyOf(tool: Tool): Json {
  const { description, kind, input_schema, output_schema, effect, approval } = tool;
  const { timeout_ms, enabled, http, code } = tool;
  return {
    description,
    kind,
    input_schema,
    ...(output_schema !== null && { output_schema }),
    effect,
    approval,
    timeout_ms,
    enabled,
    ...(http !== undefined && { http }),
    ...(code !== undefined && { code }),
  };
}
