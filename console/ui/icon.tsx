// The icons: outlines of 16 by 16. An icon is decoration; the text beside it, or the label of its button, says what it means.

const outlines = {
  overview: "M2.5 9.5h3l1.5-6 2.5 9 1.5-5h2.5",
  functions: "M2.5 2.5h4v4h-4zM9.5 9.5h4v4h-4zM6.5 4.5h5v5",
  live: "M8 9.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4M4.8 11.2a4.5 4.5 0 0 1 0-6.4M11.2 4.8a4.5 4.5 0 0 1 0 6.4M2.7 13.3a7.5 7.5 0 0 1 0-10.6M13.3 2.7a7.5 7.5 0 0 1 0 10.6",
  failures: "M8 2.2 14.2 13H1.8zM8 6.4v3M8 11.2v.1",
  delayed: "M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12M8 4.6V8l2.4 1.6",
  egresses: "M6.5 3H3v10h3.5M6.5 8H13.5M10.6 5l3 3-3 3",
  letters: "M2 4h12v8.5H2zM2.2 4.3 8 8.8l5.8-4.5",
  query: "M2.5 3.5h11M2.5 8h7M2.5 12.5h5M12 8.5l2 2-2 2",
  runs: "M3.5 2.5v11M3.5 4.5h6M3.5 8h9M3.5 11.5h4.5",
  schedules: "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v3M10.5 2v3",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M10.3 10.3l3.5 3.5",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  close: "M4 4l8 8M12 4l-8 8",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1",
  moon: "M13.3 9.6A5.8 5.8 0 0 1 6.4 2.7a5.8 5.8 0 1 0 6.9 6.9z",
  system: "M2 3h12v8H2zM6 14h4M8 11v3",
  down: "M4.5 6.5 8 10l3.5-3.5",
  reload: "M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.8V6H9.8",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M4.5 3l8 5-8 5z",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M2.5 13.5h11",
  edit: "M3 13l.6-2.8 7.2-7.2 2.2 2.2-7.2 7.2z",
  trash: "M3 4.5h10M6.3 4.5V3h3.4v1.5M4.3 4.5l.6 9h6.2l.6-9",
  check: "M3 8.5l3.2 3.2L13 5",
  leave: "M9.5 3H13v10H9.5M2.5 8h7M6.5 5l3 3-3 3",
} as const;

export type IconName = keyof typeof outlines;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={outlines[name]} />
    </svg>
  );
}
