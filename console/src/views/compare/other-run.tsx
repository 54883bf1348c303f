/** Asks for the run that another one is compared with. */
import { useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Input } from "../../parts/field.tsx";
import { go } from "../../route/location.ts";
import { hrefTo } from "../../route/match.ts";

/** The field for the id of the other run. */
export function OtherRun({ id }: { readonly id: string }) {
  const [other, setOther] = useState("");
  return (
    <form
      class="card compare-ask"
      onSubmit={(event) => {
        event.preventDefault();
        go(hrefTo(["runs", id, "compare"], { with: other.trim() }));
      }}
    >
      <Input label="Id of the run before" placeholder="task_…" value={other} onInput={setOther} />
      <Button kind="primary" type="submit" disabled={other.trim() === ""}>
        Compare
      </Button>
    </form>
  );
}
