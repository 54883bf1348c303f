/**
 * Executes commands to a run from every transport. A command becomes events or a refusal. Its
 * events are appended before anything else happens to the run, and before the command is
 * acknowledged.
 */
import { keepText } from "../../agent/loop/tool-context.ts";
import { argumentsDefect } from "../../agent/tools/prepare.ts";
import { schemaFits } from "../../agent/tools/schema/json-schema.ts";
import { acceptCommand, type CommandResult, type RunCommand } from "../../run/decide/command.ts";
import type { JsonValue } from "../../run/value/json.ts";
import { newActor, type AuditEntry } from "../../store/audit.ts";
import type { RunContext } from "./context.ts";
import type { RunDriver } from "./driver.ts";
import type { KeptValues } from "./storage/kept-values.ts";
import type { StoredEvent } from "./storage/event-log.ts";
import type { CommandAnswer } from "./rpc.ts";
import type { Appended, WatcherCommands } from "./live/watchers.ts";

/** Executes the commands of one run. */
export class RunCommands implements WatcherCommands {
  readonly #context: RunContext;
  readonly #driver: RunDriver;
  readonly #values: Pick<KeptValues, "put">;

  constructor(context: RunContext, driver: RunDriver, values: Pick<KeptValues, "put">) {
    this.#context = context;
    this.#driver = driver;
    this.#values = values;
  }

  /**
   * Executes a command.
   * @throws what the log throws; then nothing is stored
   */
  execute(command: RunCommand): CommandAnswer {
    const appended = this.#append(command);
    if (!appended.ok) {
      return appended;
    }
    this.onAppended(appended.stored);
    return { ok: true, status: this.#context.log.state.status };
  }

  append(command: RunCommand): Appended {
    try {
      return this.#append(command);
    } catch (error) {
      this.#context.observer.fault("run.command", error);
      const message = "The command could not be written; try again.";
      return { ok: false, code: "unavailable", message };
    }
  }

  async isWithinRate(): Promise<boolean> {
    const { log, deps } = this.#context;
    const { spec } = log.state;
    return spec === null || (await deps().mayAsk(spec.tenant_id));
  }

  onAppended(stored: readonly StoredEvent[]): void {
    if (stored.length > 0) {
      this.#driver.onEventsAppended(stored);
    }
  }

  /**
   * Writes an audit entry for a command, in the background. The log has the command in any case.
   */
  note(command: RunCommand): void {
    const { log, deps, now, background } = this.#context;
    const { spec } = log.state;
    const entry = auditEntryOf(command);
    if (spec !== null && entry !== null && "by" in command) {
      const { tenant_id, task_id: subject } = spec;
      const actor = newActor(now(), command.by);
      background((async () => deps().audit.note(actor, { tenant_id, subject, ...entry }))());
    }
  }

  #append(command: RunCommand) {
    const accepted = this.#acceptCommand(command);
    if (!accepted.ok) {
      return accepted;
    }
    if (accepted.events.length === 0) {
      return { ok: true, stored: [] } as const;
    }
    const stored = this.#driver.append(accepted.events);
    this.note(command);
    return { ok: true, stored } as const;
  }

  /** Returns the events of a command, or why it is refused. */
  #acceptCommand(command: RunCommand): CommandResult {
    if (command.kind === "limits" && typeof command.changes.max_cost_usd === "number") {
      const unpriced = this.#unpricedModel();
      if (unpriced !== null) {
        const message = `No price is known for ${unpriced}; set it in OPSPAWN_PRICES.`;
        return { ok: false, code: "unpriced_model", message };
      }
    }
    return acceptCommand(this.#context.log.state, command, {
      argumentsDefect: (name, args) => this.#argumentsDefect(name, args),
      schemaFits,
      keep: (text) => keepText(this.#values, text),
    });
  }

  /** Returns a model of the agent without a known price, or null. */
  #unpricedModel(): string | null {
    const { log, deps } = this.#context;
    const { spec } = log.state;
    if (spec === null) {
      return null;
    }
    const models = [spec.config.model, ...(spec.config.fallback_models ?? [])];
    return models.find((model) => deps().priceOf(model) === null) ?? null;
  }

  #argumentsDefect(tool: string, args: JsonValue): string | null {
    const { log, deps } = this.#context;
    const { spec, scripted, mcp } = log.state;
    if (spec === null) {
      return null;
    }
    const toolbox = deps()
      .toolsFor(spec, () => scripted)
      .toolboxAt({ mcp });
    return argumentsDefect(tool, args, toolbox, spec.config.policy);
  }
}

/** Returns the audit entry of a command; null if it is not audited. */
function auditEntryOf(command: RunCommand): Pick<AuditEntry, "action" | "details"> | null {
  switch (command.kind) {
    case "decide": {
      const { call_id, decision } = command;
      return { action: "approval.decided", details: { call_id, decision } };
    }
    case "cancel":
      return { action: "task.cancelled" };
    case "limits":
      return { action: "limits.changed", details: { ...command.changes } };
    case "message":
    case "child":
    case "resume":
      return null;
    default:
      return command satisfies never;
  }
}
