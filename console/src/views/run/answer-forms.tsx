/** Answers to a run's questions: text, a form or an address of a server, a limit. */
import { useState } from "preact/hooks";
import type {
  BudgetQuestion,
  InputQuestion,
  ServerQuestion,
} from "../../../../sdk/src/view/questions.ts";
import type { Message } from "../../../../sdk/src/model.ts";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { Mark } from "../../parts/chip.tsx";
import { Area, Input } from "../../parts/field.tsx";
import { safeAddress } from "../../parts/foreign.ts";
import { JsonTree } from "../../parts/json.tsx";
import { FailureNote } from "../../parts/states.tsx";
import { Text } from "../../parts/text.tsx";
import { lacking } from "../../session/store.ts";
import { useRun } from "./context.ts";

/** Answers a question of the model by text. */
export function AnswerForm({ question }: { readonly question: InputQuestion }) {
  const { taskId } = useRun();
  const [text, setText] = useState("");
  const { run, isBusy, failure } = useAction();
  const send = (): void => {
    void run(({ tasks }) => tasks.send(taskId, { content: text, call_id: question.callId }));
  };
  return (
    <section class="ask" aria-label="Question of the model">
      <AskHead title={question.question || "The model asks for an answer"} />
      <Area label="Answer" rows={3} value={text} onInput={setText} />
      <div class="ask-actions">
        <Button
          kind="primary"
          isBusy={isBusy}
          disabled={text.trim() === ""}
          needs={lacking("tasks:write")}
          onClick={send}
        >
          Answer
        </Button>
      </div>
      {failure !== null && <FailureNote failure={failure} />}
    </section>
  );
}

/** Answers a question of an MCP server. */
export function ServerForm({ question }: { readonly question: ServerQuestion }) {
  const { taskId } = useRun();
  const [text, setText] = useState("{}");
  const { run, isBusy, failure } = useAction();
  const data = parsed(text);
  const safe = question.url === null ? null : safeAddress(question.url);
  const names = { call_id: question.callId, key: question.key };
  const send = (message: Message): void => {
    void run(({ tasks }) => tasks.send(taskId, { ...names, ...message }));
  };
  const needs = lacking("tasks:write");
  return (
    <section class="ask" aria-label={`Question of ${question.server}`}>
      <AskHead title={`${question.server} asks`} />
      <p>
        <Text text={question.question} />
      </p>
      {question.url !== null && (
        <p>
          {safe === null ? (
            <Text text={question.url} />
          ) : (
            <a href={safe.href} target="_blank" rel="noopener noreferrer">
              Open {safe.host}
            </a>
          )}
        </p>
      )}
      {question.schema !== null && (
        <>
          <JsonTree value={question.schema} label="the schema" />
          <Area
            label="Answer as JSON"
            isMono
            rows={6}
            value={text}
            error={data === null ? "This is not a JSON object." : null}
            onInput={setText}
          />
        </>
      )}
      <div class="ask-actions">
        <Button
          kind="danger"
          isBusy={isBusy}
          needs={needs}
          onClick={() => send({ action: "decline" })}
        >
          Decline
        </Button>
        <Button
          kind="primary"
          isBusy={isBusy}
          disabled={data === null}
          needs={needs}
          onClick={() =>
            send(question.schema === null ? { action: "accept" } : { data: data ?? {} })
          }
        >
          {question.schema === null ? "Done" : "Answer"}
        </Button>
      </div>
      {failure !== null && <FailureNote failure={failure} />}
    </section>
  );
}

/** Raises the limit that was reached. A budget above the run is set with the budgets. */
export function BudgetForm({ question }: { readonly question: BudgetQuestion }) {
  const { taskId } = useRun();
  const [text, setText] = useState(String(question.value * 2));
  const { run, isBusy, failure } = useAction();
  const value = Number(text);
  const isOfRun = question.limit.startsWith("max_");
  return (
    <section class="ask" aria-label="Limit reached">
      <AskHead title={`The run has reached ${question.limit} (${question.value})`} />
      {isOfRun ? (
        <>
          <Input label={`New ${question.limit}`} type="number" value={text} onInput={setText} />
          <div class="ask-actions">
            <Button
              kind="primary"
              isBusy={isBusy}
              disabled={!Number.isFinite(value) || value <= 0}
              needs={lacking("tasks:write")}
              onClick={() =>
                void run(({ tasks }) => tasks.updateLimits(taskId, { [question.limit]: value }))
              }
            >
              Raise it and continue
            </Button>
          </div>
        </>
      ) : (
        <p class="muted">It continues when the budget is raised, or when its period ends.</p>
      )}
      {failure !== null && <FailureNote failure={failure} />}
    </section>
  );
}

function AskHead({ title }: { readonly title: string }) {
  return (
    <header class="ask-head tone-wait">
      <Mark tone="wait" />
      <strong>
        <Text text={title} />
      </strong>
    </header>
  );
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
