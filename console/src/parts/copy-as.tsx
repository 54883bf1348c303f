/** Shows the request behind an action as curl, as a command, and as code. */
import { useState } from "preact/hooks";
import { CopyButton } from "./copy.tsx";
import { cliOf, curlOf, sdkOf, type Equivalent } from "./equivalent.ts";
import { Tabs } from "./tabs.tsx";

const FORMS = [
  { id: "curl", text: "curl" },
  { id: "cli", text: "CLI" },
  { id: "sdk", text: "SDK" },
] as const;

type Form = (typeof FORMS)[number]["id"];

interface CopyAsProps {
  readonly request: Equivalent;
  /** Whether it is folded at first. */
  readonly isFolded?: boolean;
}

/** The equivalent of an action, to be copied. */
export function CopyAs({ request, isFolded = true }: CopyAsProps) {
  const [form, setForm] = useState<Form>("curl");
  const text = textOf(request, form);
  return (
    <details class="copy-as" open={!isFolded}>
      <summary>The same as a command</summary>
      <div class="copy-as-head">
        <Tabs label="Form" tabs={FORMS} current={form} onChange={setForm} />
        <CopyButton text={text} label="Copy the command" />
      </div>
      <pre class="copy-as-text" tabIndex={0} aria-label="Command">
        {text}
      </pre>
    </details>
  );
}

function textOf(request: Equivalent, form: Form): string {
  switch (form) {
    case "curl":
      return curlOf(request, location.origin);
    case "cli":
      return cliOf(request);
    case "sdk":
      return sdkOf(request);
  }
}
