// Numbers, times and sizes as texts for people.

const counts = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const seconds = ["s", 1000] as const;
const units = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], seconds] as const;

/** 1234567 as "1,234,567". */
export const formatCount = (count: number) => counts.format(count);

/** 1234567 as "1.2M", for axes and tiles; smaller numbers as they are. */
export const formatCompact = (count: number) => (Math.abs(count) < 10_000 ? formatRate(count) : compact.format(count));

/** A number of things per second: as many digits as tell something. */
export function formatRate(rate: number): string {
  if (rate === 0 || rate >= 100) return counts.format(rate);
  return String(Number(rate.toPrecision(2)));
}

/** A length of time: "3.2 ms", "840 ms", "1.2 s", "4 min 5 s", "2 d 3 h". */
export function formatMs(ms: number): string {
  if (ms < 1) return ms === 0 ? "0 ms" : `${Number(ms.toPrecision(1))} ms`;
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} s`;
  let rest = Math.round(ms / 1000) * 1000;
  const texts: string[] = [];
  for (const [name, length] of units) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) texts.push(`${count} ${name}`);
    else if (texts.length > 0) break;
    if (texts.length === 2) break;
  }
  return texts.join(" ");
}

/** The largest unit alone: "3 min", "2 d"; for ages in tables. */
export function formatAge(ms: number): string {
  const [name, length] = units.find(([, each]) => ms >= each) ?? seconds;
  return `${Math.max(0, Math.floor(ms / length))} ${name}`;
}

/** 262144 as "256 KiB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const names = ["KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), names.length);
  const count = bytes / 1024 ** power;
  return `${Number(count.toFixed(count < 10 ? 1 : 0))} ${names[power - 1]}`;
}

/** An instant in the time zone of the person: "2026-01-31 12:00:07". */
export function formatInstant(at: string | number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A count with its noun: "1 address", "3 addresses". The plural defaults to the noun with an s. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}
