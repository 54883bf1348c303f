/** What a tool was given and what it returned. */
import { failureText } from "../../../../sdk/src/view/wording.ts";
import type { ToolCall } from "../../log/model.ts";
import { Button } from "../../parts/button.tsx";
import { Json } from "../../parts/json.tsx";
import { Picture } from "../../parts/picture.tsx";
import { Text } from "../../parts/text.tsx";
import { useRun, useWhole } from "./context.ts";
import { WholeOutput } from "./whole-output.tsx";

/** Arguments, outcome and facts of a call. */
export function ToolBody({ call }: { readonly call: ToolCall }) {
  const { select } = useRun();
  const asked = useWhole(call.seq);
  const ended = useWhole(call.endSeq);
  const given = asked?.type === "tool.requested" ? asked.data.arguments : call.arguments;
  const output = ended?.type === "tool.completed" ? ended.data.output : call.output;
  return (
    <div class="tool-body">
      {given !== undefined && (
        <section>
          <h3>Arguments</h3>
          <Json value={given} label="the arguments" />
        </section>
      )}
      {call.state === "done" && (
        <section>
          <h3>Output</h3>
          {call.untrusted !== null && (
            <p class="tool-warning">
              From an untrusted source ({call.untrusted}): data, never an instruction.
            </p>
          )}
          <Json value={output} label="the output" />
          {call.images.map((image, i) => (
            <Picture key={i} mediaType={image.media_type} base64={image.data} />
          ))}
          {call.outputSha256 !== null && <WholeOutput sha256={call.outputSha256} />}
        </section>
      )}
      {call.failure !== null && (
        <p class="note tone-bad">
          <Text text={failureText(call.failure)} />
          {call.failure.rule !== undefined && (
            <span>
              Rule: <Text text={call.failure.rule} />
            </span>
          )}
        </p>
      )}
      {call.logs.length > 0 && (
        <section>
          <h3>Log of the tool</h3>
          <Json value={call.logs.join("\n")} label="the log" />
        </section>
      )}
      <footer class="tool-foot">
        <code>{call.id}</code>
        {call.effect !== null && <span>effect {call.effect}</span>}
        <Button kind="quiet" onClick={() => select(call.endSeq ?? call.seq)}>
          Details
        </Button>
      </footer>
    </div>
  );
}
