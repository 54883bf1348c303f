/** Tools in code: defined with zod schemas, bound to the environment when a run uses them. */
import { z } from "zod";
import type { GuardedFetch } from "../agent/fetch/guarded-fetch.ts";
import {
  defineTool as portOf,
  type Note,
  type ProbeAnswer,
  type ToolContext as PortContext,
  type WithImages,
} from "../agent/tools/tool.ts";
import type { ToolInCode } from "../compose/extensions.ts";
import type { Approval } from "../run/spec/tool-definition.ts";
import { defined } from "../run/value/defined.ts";
import { EFFECTS, type Effect } from "../run/value/effect.ts";
import type { JsonObject } from "../run/value/json.ts";
import type { Untrusted } from "../run/value/trust.ts";
import { DefinitionError } from "./definition-error.ts";

/** What a call of a tool in code knows, and what it may use. */
export interface ToolContext<E extends object = Cloudflare.Env> {
  /** The bindings, vars and secrets of the Worker. */
  readonly env: E;
  /** The tenant of the task. */
  readonly tenant: string;
  readonly taskId: string;
  readonly callId: string;
  /** The client's data of the task, as submitted. */
  readonly metadata: JsonObject;
  /**
   * Returns a secret of the tenant, else of the deployment. It is hidden in what the call returns.
   * @param host where it is sent, as `URL.host`: a secret for certain hosts needs it
   * @throws ToolStop `secret_missing` if there is none with this name
   */
  readonly secret: (name: string, host?: string) => Promise<string>;
  /** The same for every attempt of this call. */
  readonly idempotencyKey: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** Network access that reaches public addresses only. A service binding in `env` is not limited. */
  readonly fetch: GuardedFetch;
  /** Aborted when the run is cancelled or out of time, or when the tool's timeout expires. */
  readonly signal: AbortSignal;
  /** Reports progress to watching clients. Reports that are too frequent are dropped. */
  readonly report: (note: Note) => void;
}

/** A tool in code, as `defineTool` takes it. */
export interface ToolDefinition<E extends object, I extends z.ZodType, O extends z.ZodType> {
  /** 1 to 128 letters, digits, `_`, `.` and `-`. Unique in the deployment. */
  readonly name: string;
  /** For the model: when to use the tool, and what it returns. */
  readonly description: string;
  /** Schema of the arguments: an object. Models get it as JSON Schema. */
  readonly input: I;
  /** Schema of the output, which is validated. Absent: any JSON. */
  readonly output?: O;
  /** What a second run of the same call would do; decides what happens after a crash. */
  readonly effect: Effect;
  /** `always`: a person must approve each call. Absent: `never`, unless the agent requires it. */
  readonly approval?: Approval;
  /** Timeout of one call, milliseconds. Absent: 60,000. */
  readonly timeoutMs?: number;
  /** The source of its output, if it comes from outside: it is then marked for the model. */
  readonly untrusted?: Untrusted;
  /** Returns the output. A thrown error is reported to the model. */
  run(
    input: z.output<I>,
    context: ToolContext<E>,
  ): Promise<z.input<O> | WithImages<z.input<O>>> | z.input<O> | WithImages<z.input<O>>;
  /**
   * For the effect `probe`: returns the outcome of an earlier attempt before another one is made. If
   * it throws, the outcome is unknown.
   */
  probe?(input: z.output<I>, context: ToolContext<E>): Promise<ProbeAnswer> | ProbeAnswer;
}

const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/**
 * Defines a tool in code, for `createOpspawn({ tools })`. `env` has the type of the Worker's own
 * bindings (`Cloudflare.Env`, which `wrangler types` writes); another type is named in the
 * annotation of the context: `run: (input, { env }: ToolContext<MyEnv>) => …`.
 * @throws DefinitionError
 */
export function defineTool<
  I extends z.ZodType,
  O extends z.ZodType = z.ZodType,
  E extends object = Cloudflare.Env,
>(definition: ToolDefinition<E, I, O>): ToolInCode<E> {
  const { name, description, effect, approval, timeoutMs, untrusted } = definition;
  if (typeof name !== "string" || !TOOL_NAME.test(name)) {
    throw new DefinitionError(
      `The tool ${JSON.stringify(name)} has an invalid name: it needs 1 to 128 letters, digits, _, . and -.`,
    );
  }
  if (!EFFECTS.includes(effect)) {
    throw new DefinitionError(
      `The tool ${name} has no valid effect: it must be one of ${EFFECTS.join(", ")}.`,
    );
  }
  if (effect === "probe" && definition.probe === undefined) {
    throw new DefinitionError(`The tool ${name} has the effect probe, but no function probe.`);
  }
  const input = checkedSchema(name, "input", definition.input);
  if (z.toJSONSchema(input, { io: "input" }).type !== "object") {
    throw new DefinitionError(`The tool ${name} has an invalid input: it must be an object.`);
  }
  const output = checkedSchema(name, "output", definition.output ?? z.unknown());
  return Object.freeze({
    name,
    bind: (env: E) => {
      const withEnv = (context: PortContext) => contextOf(context, env);
      return portOf({
        name,
        description,
        input,
        output,
        effect,
        ...defined({ approval, timeoutMs, untrusted }),
        run: async (args: z.output<I>, context: PortContext) =>
          definition.run(args, withEnv(context)),
        ...(definition.probe !== undefined && {
          probe: async (args: z.output<I>, context: PortContext) =>
            definition.probe?.(args, withEnv(context)) ?? { state: "unknown" as const },
        }),
      });
    },
  });
}

function contextOf<E extends object>(context: PortContext, env: E): ToolContext<E> {
  const { tenantId, taskId, callId, metadata, idempotencyKey, attempt } = context;
  const { secret, fetch, signal, report = () => {} } = context;
  return {
    env,
    tenant: tenantId,
    taskId,
    callId,
    metadata,
    secret,
    idempotencyKey,
    attempt,
    fetch,
    signal,
    report,
  };
}

/** Returns a schema that can be written as JSON Schema. @throws DefinitionError */
function checkedSchema<S extends z.ZodType>(tool: string, part: "input" | "output", schema: S): S {
  try {
    z.toJSONSchema(schema, { io: part });
    return schema;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DefinitionError(
      `The tool ${tool} has an invalid ${part}: it must be a zod schema that JSON Schema can express (${reason}).`,
      { cause: error },
    );
  }
}
