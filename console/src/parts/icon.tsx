/** Icons: paths on a grid of 24, drawn in the colour of the text. */
const PATHS = {
  inbox:
    "M4 13h4l2 3h4l2-3h4M4 13V6a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v7v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1z",
  runs: "M5 7h9M5 12h14M5 17h6",
  chat: "M5 6h14v9H11l-4 4v-4H5z",
  plus: "M12 5v14M5 12h14",
  agent:
    "M12 4v3M7 7h10a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zM9.5 12v1M14.5 12v1",
  tool: "M14.5 6.5a4 4 0 0 0-5 5L4 17l3 3 5.5-5.5a4 4 0 0 0 5-5L15 12l-3-3z",
  plug: "M9 4v5M15 4v5M6 9h12v2a6 6 0 0 1-12 0zM12 17v4",
  hook: "M12 4a4 4 0 0 1 3.5 6l-3 5.2M7 12a4 4 0 1 0 3.6 5.8H17M17 14a4 4 0 1 1-2.5 7",
  chart: "M5 19V10M10 19V5M15 19v-7M20 19H4",
  key: "M14 10a4 4 0 1 0-3.2 3.9L13 16h2v2h2v2h3v-3l-6.2-6.2",
  lock: "M7 11h10v8H7zM9 11V8a3 3 0 0 1 6 0v3",
  heart: "M4 12h4l2-5 4 10 2-5h4",
  gear: "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3v3M12 18v3M4.2 7.5l2.6 1.5M17.2 15l2.6 1.5M4.2 16.5 6.8 15M17.2 9l2.6-1.5",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.5 15.5 20 20",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17l9-10",
  copy: "M9 9h10v11H9zM6 15H5V4h10v2",
  chevron: "M9 6l6 6-6 6",
  back: "M15 6l-6 6 6 6",
  down: "M6 9l6 6 6-6",
  external: "M14 5h5v5M19 5l-8 8M11 6H6v12h12v-5",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1 1M17.4 17.4l1 1M5.6 18.4l1-1M17.4 6.6l1-1",
  moon: "M19 14.5A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.5z",
  screen: "M4 5h16v11H4zM9 20h6M12 16v4",
  exit: "M10 5H5v14h5M14 8l4 4-4 4M18 12H9",
  stop: "M7 7h10v10H7z",
  retry: "M5 12a7 7 0 1 0 2.2-5.1L5 9M5 4.5V9h4.5",
  save: "M12 4v11M7.5 11 12 15.5 16.5 11M5 19.5h14",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1",
  filter: "M4 6h16M7 12h10M10 18h4",
  warning: "M12 4 3 19.500h18zM12 10v4.500M12 17.200h.01",
  send: "M5 12h13M12.500 6l6 6-6 6",
  shield: "M12 3.500 5 6v6c0 4 3 7 7 8.500 4-1.500 7-4.500 7-8.500V6z",
  clock: "M12 4.500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15zM12 8v4.500l3 1.500",
} as const;

export type IconName = keyof typeof PATHS;

/** An icon. Screen readers skip it: a text or label has to say the same. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
