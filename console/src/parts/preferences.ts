/** What a person chose for this browser: theme, time zone, shortcuts. Kept in local storage. */
import { effect, signal, type Signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const PREFIX = "opspawn.preference.";

/** Light or dark, or as the system has it. */
export const theme: Signal<Theme> = kept("theme", "system", isTheme);

/** `local`, `UTC`, or the name of an IANA zone. */
export const zone: Signal<string> = kept("zone", "local", isZone);

/** Whether single keys act as shortcuts. */
export const shortcuts: Signal<"on" | "off"> = kept("shortcuts", "on", isSwitch);

/** The zone in which times are shown: undefined for that of the browser. */
export function zoneName(): string | undefined {
  return zone.value === "local" ? undefined : zone.value;
}

/** Applies the theme now and whenever it changes. */
export function applyTheme(): void {
  effect(() => {
    if (theme.value === "system") {
      delete document.documentElement.dataset["theme"];
    } else {
      document.documentElement.dataset["theme"] = theme.value;
    }
  });
}

/** Whether `Intl` knows a zone of this name. */
export function isZone(text: string): text is string {
  if (text === "local") {
    return true;
  }
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).format(0) !== "";
  } catch {
    return false;
  }
}

function isTheme(text: string): text is Theme {
  return text === "system" || text === "light" || text === "dark";
}

function isSwitch(text: string): text is "on" | "off" {
  return text === "on" || text === "off";
}

function kept<Value extends string>(
  name: string,
  initial: Value,
  fits: (text: string) => text is Value,
): Signal<Value> {
  const found = keptText(name);
  const value = signal(found !== null && fits(found) ? found : initial);
  effect(() => keepText(name, value.value));
  return value;
}

/** Returns a text that this browser kept, or null. */
export function keptText(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Keeps a text in this browser, if it may. */
export function keepText(name: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    // Storage is full or forbidden: the choice holds until the page is left.
  }
}
