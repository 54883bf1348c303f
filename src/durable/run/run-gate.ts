/**
 * A run's side of the providers' gates. A call asks a gate only if its limits are configured, or for
 * a while after a failure of any run in this process: without either it costs nothing.
 */
import type { CallOutcome, Gate, GateRefusal, TokenNeed } from "../../agent/loop/effects.ts";
import { gateNameText, type GateName } from "../../run/value/provider-gate.ts";
import type { RunContext } from "./context.ts";
import type { GateAccess } from "./deps.ts";

/** Providers without an account. */
const LOCAL = "local/";
/** Maximum gates that a process remembers. */
const MAX_REMEMBERED = 1_000;

/**
 * Until when runs ask each gate, by its name; milliseconds since the epoch. All runs of the process
 * share it, so that the failure of one is known to the others.
 */
const askUntil = new Map<string, number>();

export class RunGate implements Gate {
  readonly #context: Pick<RunContext, "log" | "deps" | "now" | "observer" | "background">;

  constructor(context: Pick<RunContext, "log" | "deps" | "now" | "observer" | "background">) {
    this.#context = context;
  }

  asksFirst(model: string): boolean {
    const gates = this.#gates(model);
    if (gates === null) {
      return false;
    }
    const { limited, ...name } = gates.nameOf(model);
    // Which of the two keys is used is only known when the gate is asked.
    return (
      limited || [null, this.#tenant].some((tenant) => this.#isRemembered({ ...name, tenant }))
    );
  }

  async ask(
    model: string,
    { inputTokens, maxOutputTokens }: TokenNeed,
  ): Promise<GateRefusal | null> {
    const gates = this.#gates(model);
    const { spec } = this.#context.log.state;
    if (gates === null || spec === null) {
      return null;
    }
    try {
      const name = await this.#nameOf(gates, model);
      if (!this.#asks(gates, model, name)) {
        return null;
      }
      const answer = await gates.gate(name).ask({
        task: spec.task_id,
        tenant: spec.tenant_id,
        priority: spec.priority ?? 0,
        inputTokens,
        maxOutputTokens,
      });
      if (answer.ok) {
        this.#remember(name, answer.askUntil);
        return null;
      }
      const { limit, until, grantAt } = answer;
      return { limit, until, grantAt };
    } catch (error) {
      this.#context.observer.fault("run.gate", error);
      return null;
    }
  }

  async report(model: string, { failure, used, limits, asked }: CallOutcome): Promise<boolean> {
    const gates = this.#gates(model);
    const { spec } = this.#context.log.state;
    if (gates === null || spec === null) {
      return false;
    }
    try {
      const name = await this.#nameOf(gates, model);
      const { askUntil: until, waits } = await gates.gate(name).report({
        task: spec.task_id,
        tenant: spec.tenant_id,
        failure:
          failure === null
            ? null
            : { code: failure.code, retryAfterMs: failure.retryAfterMs ?? null },
        used,
        limits,
        asked,
      });
      this.#remember(name, until);
      return waits;
    } catch (error) {
      this.#context.observer.fault("run.gate", error);
      return false;
    }
  }

  leave(model: string): void {
    const gates = this.#gates(model);
    const { spec } = this.#context.log.state;
    if (gates !== null && spec !== null) {
      const left = async (): Promise<void> => {
        await gates.gate(await this.#nameOf(gates, model)).leave(spec.task_id);
      };
      this.#context.background(left());
    }
  }

  #gates(model: string): GateAccess | null {
    return model.startsWith(LOCAL) ? null : this.#context.deps().gates;
  }

  get #tenant(): string {
    return this.#context.log.state.spec?.tenant_id ?? "";
  }

  async #nameOf(gates: GateAccess, model: string): Promise<GateName> {
    const { provider, family } = gates.nameOf(model);
    const isOwn = await gates.hasOwnKey(this.#tenant, provider);
    return { provider, family, tenant: isOwn ? this.#tenant : null };
  }

  /** The configured limits are those of the deployment's key. */
  #asks(gates: GateAccess, model: string, name: GateName): boolean {
    return (gates.nameOf(model).limited && name.tenant === null) || this.#isRemembered(name);
  }

  #isRemembered(name: GateName): boolean {
    return (askUntil.get(gateNameText(name)) ?? 0) > this.#context.now();
  }

  #remember(name: GateName, until: number): void {
    if (askUntil.size >= MAX_REMEMBERED) {
      askUntil.clear();
    }
    askUntil.set(gateNameText(name), until);
  }
}
