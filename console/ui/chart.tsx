// A chart of numbers over time. Charts with the same `sync` move their cursors together.

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { themeChanges } from "../app/theme.js";

export interface ChartSeries {
  readonly label: string;
  /** One number for each time; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  readonly title: string;
  /** When each number was, in milliseconds since 1970, the oldest first. */
  readonly times: readonly number[];
  /** At most four. */
  readonly series: readonly ChartSeries[];
  /** A number as the legend and the axis show it. */
  readonly format: (value: number) => string;
  /** Charts with the same name move their cursors together. */
  readonly sync: string;
}

const height = 150;
const shortestRangeSeconds = 600;

export function Chart({ title, times, series, format, sync }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const at = useSignal<number | undefined>(undefined);
  const labels = series.map(({ label }) => label).join("\n");
  const changes = themeChanges.value;
  const data = [times.map((ms) => ms / 1000), ...series.map(({ values }) => values)] as uPlot.AlignedData;

  // The colours are drawn on a canvas, so another theme needs another plot.
  useLayoutEffect(() => {
    const parent = box.current as HTMLDivElement;
    const made = new uPlot(optionsOf(), data, parent);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height }));
    resized.observe(parent);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [labels, changes, sync]);

  useEffect(() => plot.current?.setData(data));

  function optionsOf(): uPlot.Options {
    const parent = box.current as HTMLDivElement;
    const colour = colourOf(parent);
    const axis = {
      stroke: colour("--muted"),
      font: `11px ${getComputedStyle(parent).fontFamily}`,
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { show: false },
    };
    return {
      width: parent.clientWidth,
      height,
      padding: [8, 4, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: sync }, y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { range: lastHour },
        y: { range: fromZero },
      },
      axes: [
        { ...axis, size: 26, space: 70, values: (_plot, splits) => splits.map((split) => clockTime(split)) },
        { ...axis, size: 58, space: 34, values: (_plot, splits) => splits.map((split) => format(split)) },
      ],
      series: [
        {},
        ...series.map(({ label }, index) => ({
          label,
          stroke: colour(`--series-${index + 1}`),
          width: 1.5,
          points: { show: times.length === 1, size: 4 },
        })),
      ],
      hooks: {
        setCursor: [
          ({ cursor: { idx } }) => {
            at.value = idx ?? undefined;
          },
        ],
      },
    };
  }

  const shown = at.value === undefined || at.value >= times.length ? times.length - 1 : at.value;
  return (
    <section class="panel chart" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {at.value !== undefined && (
          <span class="muted small nowrap">{clockTime((times[shown] ?? 0) / 1000, true)}</span>
        )}
        <span class="legend">
          {series.map(({ label, values }, index) => {
            const value = values[shown] ?? null;
            return (
              <span key={label} class="nowrap">
                <i class={`swatch series-${index + 1}`} />
                {label} <strong>{value === null ? "–" : format(value)}</strong>
              </span>
            );
          })}
        </span>
      </header>
      <div class="plot" ref={box} />
    </section>
  );
}

/** Reads a token as a colour that a canvas knows: light-dark() means nothing there. */
function colourOf(parent: HTMLElement): (token: string) => string {
  return (token) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${token})`;
    parent.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

/** From the first time to the last, and at least ten minutes: a runtime that has just begun has few numbers. */
function lastHour({ data: [times] }: uPlot): [number, number] {
  const [first = 0] = times;
  const last = times[times.length - 1] ?? 0;
  return [Math.min(first, last - shortestRangeSeconds), last];
}

/** From zero to a little above the largest number; a chart of zeros has room too. */
function fromZero(_plot: uPlot, _least: number, most: number): [number, number] {
  return [0, most > 0 ? most * 1.1 : 1];
}

function clockTime(seconds: number, exact = false): string {
  const date = new Date(seconds * 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return exact || date.getSeconds() !== 0 ? `${minutes}:${two(date.getSeconds())}` : minutes;
}
