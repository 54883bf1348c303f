/** The proved prompt of a model call: what was sent, whether it is exactly that, and what is new. */
import { failureText, jsonText } from "../../../../sdk/src/view/wording.ts";
import type { Prompt } from "../../../../sdk/src/model.ts";
import { useQuery } from "../../data/use-query.ts";
import { promptDifference } from "../../log/prompt-difference.ts";
import type { ModelCall } from "../../log/model.ts";
import { Chip } from "../../parts/chip.tsx";
import { CopyButton } from "../../parts/copy.tsx";
import { JsonTree } from "../../parts/json.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { countText, sizeText } from "../../parts/number.ts";
import { Loaded } from "../../parts/states.tsx";
import { Text, TextBlock } from "../../parts/text.tsx";
import { useRun } from "./context.ts";

/** The prompt of a call. */
export function PromptReading({ call }: { readonly call: ModelCall }) {
  const state = usePrompt(call.id);
  const usage = call.attempts.at(-1)?.usage ?? null;
  return (
    <Loaded state={state} skeleton="card">
      {(prompt) => (
        <div class="prompt">
          <p>
            {prompt.matches ? (
              <Chip tone="ok" hasMark title={prompt.body_sha256}>
                exactly this was sent
              </Chip>
            ) : (
              <Chip tone="wait" hasMark title={prompt.body_sha256}>
                does not match what was sent: code, tools or settings have changed since
              </Chip>
            )}
          </p>
          <Difference call={call} prompt={prompt} />
          {usage !== null && usage.input_tokens > 0 && (
            <p class="muted">
              {countText(usage.cached_input_tokens)} of {countText(usage.input_tokens)} tokens came
              from the provider's cache.
            </p>
          )}
          <details class="talk-more">
            <summary>System prompt</summary>
            <TextBlock text={prompt.system} />
          </details>
          {prompt.tools.length > 0 && (
            <details class="talk-more">
              <summary>{prompt.tools.length} tools</summary>
              <JsonTree value={prompt.tools} label="the tools" />
            </details>
          )}
          <ol class="prompt-turns">
            {prompt.turns.map((turn, i) => (
              <li key={i} class={`prompt-turn prompt-${turn.role}`}>
                <span class="talk-who">{turn.role}</span>
                <TurnText turn={turn} />
              </li>
            ))}
          </ol>
          <details class="talk-more">
            <summary>Body of the request, {sizeText(prompt.body_chars)}</summary>
            <TextBlock text={prompt.body} />
          </details>
          <p>
            <CopyButton text={prompt.body} label="Copy the body">
              Copy body
            </CopyButton>
            <CopyButton text={prompt.body_sha256} label="Copy the hash">
              Copy SHA-256
            </CopyButton>
          </p>
        </div>
      )}
    </Loaded>
  );
}

function usePrompt(callId: string) {
  const { taskId } = useRun();
  return useQuery(`prompt ${taskId} ${callId}`, ({ tasks }, signal) =>
    tasks.prompt(taskId, callId, {}, { signal }),
  );
}

/** What is new since the call before; nothing for the first one. */
function Difference({ call, prompt }: { readonly call: ModelCall; readonly prompt: Prompt }) {
  const { fold } = useRun();
  const calls = fold.items.filter((item) => item.kind === "model");
  const before = calls[calls.indexOf(call) - 1];
  return before === undefined ? (
    <p class="muted">The first call of the run.</p>
  ) : (
    <DifferenceTo callId={before.id} prompt={prompt} />
  );
}

function DifferenceTo({ callId, prompt }: { readonly callId: string; readonly prompt: Prompt }) {
  const { value } = usePrompt(callId);
  if (value === undefined) {
    return null;
  }
  const { same, gone, added, isSystemSame, areToolsSame } = promptDifference(value, prompt);
  return (
    <p class="prompt-difference">
      Against the call before: {same} turn{same === 1 ? "" : "s"} the same, <ins>+{added}</ins>
      {gone > 0 && (
        <>
          , <del>−{gone}</del> left out or shortened
        </>
      )}
      {!isSystemSame && ", another system prompt"}
      {!areToolsSame && ", other tools"}.
    </p>
  );
}

function TurnText({ turn }: { readonly turn: Prompt["turns"][number] }) {
  switch (turn.role) {
    case "assistant":
      return (
        <>
          {turn.text !== "" && <Markdown text={turn.text} />}
          {turn.tool_calls.map((one) => (
            <p key={one.call_id}>
              <code>
                <Text text={`${one.name} ${jsonText(one.arguments ?? one.arguments_text)}`} />
              </code>
            </p>
          ))}
        </>
      );
    case "tool":
      return (
        <>
          {turn.results.map(({ call_id, name, output, error }) => (
            <p key={call_id}>
              <code>
                <Text
                  text={`${name} → ${error === undefined ? jsonText(output) : failureText(error)}`}
                />
              </code>
            </p>
          ))}
        </>
      );
    default:
      return <TextBlock text={turn.text} class="md-plain" />;
  }
}
