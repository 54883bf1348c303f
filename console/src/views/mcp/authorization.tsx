/** Authorizes the service with a server by OAuth: an address to visit, and the way back. */
import { useState } from "preact/hooks";
import type { McpAuthorization, McpServer } from "../../../../sdk/src/model.ts";
import { ConfirmDialog } from "../../data/confirm-dialog.tsx";
import { invalidate } from "../../data/query.ts";
import { useAction } from "../../data/use-action.ts";
import { Button } from "../../parts/button.tsx";
import { CopyAs } from "../../parts/copy-as.tsx";
import { safeAddress } from "../../parts/foreign.ts";
import { Icon } from "../../parts/icon.tsx";
import { Section } from "../../parts/section.tsx";
import { FailureNote } from "../../parts/states.tsx";
import { Countdown } from "../../parts/time.tsx";
import { lacking } from "../../session/store.ts";

/** The section of a server's authorization. */
export function Authorization({ server: { name, health } }: { readonly server: McpServer }) {
  const [found, setFound] = useState<McpAuthorization | null>(null);
  const [isForgetting, setForgetting] = useState(false);
  const { run, isBusy, failure } = useAction();
  const needs = lacking("tools:write");
  const path = `/api/v1/mcp/servers/${name}/authorize`;
  return (
    <Section title="Authorization">
      <p class="setup-text muted">
        {found?.authorized === true || health.status === "ok"
          ? "The service holds a valid token."
          : "The server wants a person to agree that the service uses it."}
      </p>
      {found?.authorization_url !== undefined && <Visit found={found} />}
      <div class="setup-chips">
        <Button
          needs={needs}
          isBusy={isBusy}
          onClick={() =>
            void run(async ({ mcpServers }) => {
              setFound(await mcpServers.authorize(name));
              invalidate("mcp");
            })
          }
        >
          Authorize
        </Button>
        <Button kind="danger" needs={needs} onClick={() => setForgetting(true)}>
          Forget the tokens
        </Button>
      </div>
      {failure !== null && <FailureNote failure={failure} />}
      <CopyAs request={{ method: "POST", path, cli: null, sdk: ["mcpServers.authorize", name] }} />
      {isForgetting && (
        <ConfirmDialog
          title={`Forget the authorization of ${name}?`}
          submit="Forget"
          isDanger
          request={{
            method: "DELETE",
            path: `/api/v1/mcp/servers/${name}/authorization`,
            cli: null,
            sdk: ["mcpServers.forgetAuthorization", name],
          }}
          send={({ mcpServers }) => mcpServers.forgetAuthorization(name)}
          onDone={() => invalidate("mcp")}
          onClose={() => setForgetting(false)}
        >
          <p>Calls of its tools fail until it is authorized again.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

function Visit({ found }: { readonly found: McpAuthorization }) {
  const safe = safeAddress(found.authorization_url ?? "");
  return (
    <div class="note tone-wait">
      {safe === null ? (
        <p>The server named an address that this page does not open.</p>
      ) : (
        <p>
          <a href={safe.href} target="_blank" rel="noopener noreferrer">
            <Icon name="external" size={13} /> Agree at {safe.host}
          </a>
          {found.expires_at !== undefined && (
            <>
              {" within "}
              <Countdown at={found.expires_at} />
            </>
          )}
          . It leads back to the service, and this page shows the result.
        </p>
      )}
    </div>
  );
}
