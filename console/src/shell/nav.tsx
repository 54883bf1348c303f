/** The navigation: at the side, or at the bottom of a narrow page. */
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { theme, type Theme } from "../parts/preferences.ts";
import { identity } from "../session/store.ts";
import { signOut } from "../session/session.ts";
import { BASE } from "../route/match.ts";
import { ROUTES } from "./routes.ts";
import { badges } from "./badges.ts";
import { routeNow } from "./view.tsx";

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };
const THEME_ICONS = { system: "screen", light: "sun", dark: "moon" } as const;

/** The navigation with the signed-in key. */
export function Nav() {
  const now = routeNow()?.route;
  return (
    <nav class="nav" aria-label="Views">
      <a class="nav-brand" href={`${BASE}/`}>
        <Brand />
        <span class="nav-word">Opspawn</span>
      </a>
      <ul class="nav-list">
        {ROUTES.flatMap(({ pattern, title, icon }) =>
          icon === undefined ? (
            []
          ) : (
            <li key={pattern}>
              <a
                class="nav-link"
                href={BASE + pattern}
                aria-current={
                  now !== undefined && isWithin(now.pattern, pattern) ? "page" : undefined
                }
              >
                <Icon name={icon} size={18} />
                <span class="nav-text">{title}</span>
                <Badge pattern={pattern} />
              </a>
            </li>
          ),
        )}
      </ul>
      <Who />
    </nav>
  );
}

function Badge({ pattern }: { readonly pattern: string }) {
  const count = badges.value[pattern] ?? 0;
  return count === 0 ? null : (
    <span class="nav-badge">
      {count > 99 ? "99+" : count}
      <span class="hidden"> waiting</span>
    </span>
  );
}

function Who() {
  const who = identity.value;
  return (
    <div class="nav-who">
      <div class="nav-key">
        <span class="clip" title={who === null ? "" : `${who.name} · ${who.id}`}>
          {who?.name ?? "Key"}
        </span>
        <span class="nav-tenant clip">{who?.tenant ?? ""}</span>
      </div>
      <Button
        kind="quiet"
        icon={THEME_ICONS[theme.value]}
        label={`Theme: ${theme.value}`}
        onClick={() => {
          theme.value = NEXT[theme.value];
        }}
      />
      <Button kind="quiet" icon="exit" label="Sign out" onClick={signOut} />
    </div>
  );
}

/** The mark of the product. */
export function Brand({ size = 26 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" class="brand">
      <rect width="32" height="32" rx="8" />
      <path d="M9 21.5h9M9 16h14M9 10.5h6" />
    </svg>
  );
}

function isWithin(pattern: string, entry: string): boolean {
  return pattern === entry || pattern.startsWith(`${entry}/`);
}
