// "Did you mean …?": the known word that is closest to a misspelt one.

/** The candidate within a third of the word's length in edits, ignoring case; undefined if none is. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(word.length / 3));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= most && (best === undefined || distance < best.distance)) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}

/** Levenshtein's distance: insertions, deletions and substitutions of single characters. */
export function editDistance(from: string, to: string): number {
  const letters = Array.from(to);
  let previous = Array.from({ length: letters.length + 1 }, (_, column) => column);
  for (const [row, letter] of Array.from(from).entries()) {
    const current = [row + 1];
    for (const [column, other] of letters.entries()) {
      const [diagonal = 0, above = 0] = previous.slice(column, column + 2);
      const left = current[column] ?? 0;
      current.push(Math.min(above + 1, left + 1, diagonal + (letter === other ? 0 : 1)));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
