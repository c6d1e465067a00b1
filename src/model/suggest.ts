// Suggests the word of a list that is nearest to a misspelt word.

/** Returns " Did you mean …?" with the nearest candidate; empty when no candidate is near. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const most = Math.max(1, Math.floor(word.length / 3));
  let nearest: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= most && (nearest === undefined || distance < nearest.distance)) nearest = { candidate, distance };
  }
  return nearest === undefined ? "" : ` Did you mean "${nearest.candidate}"?`;
}

/** Counts the letters that must be inserted, removed or replaced to turn one word into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
