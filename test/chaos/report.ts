// What the programme says at its end: a table for people, or JSON for programs.

import type { Outcome, Scenario } from './scenario.ts';

export interface Finished {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
}

const header = ['fault', 'times', 'lost', 'doubled', 'repeated', 'recovered in', ''] as const;

/** Rows lost and doubled, model calls repeated, seconds to recover, one line a fault. */
export function buildTable(finished: readonly Finished[]): string {
  const lines = finished.map(({ scenario, outcome }) => [
    scenario.fault,
    String(outcome.injected),
    String(outcome.lost),
    String(outcome.doubled),
    String(outcome.repeated),
    outcome.recoverS === undefined ? 'never' : `${outcome.recoverS.toFixed(1)} s`,
    toVerdict(scenario, outcome),
  ]);
  const all: readonly (readonly string[])[] = [header, ...lines];
  const widths = header.map((_, at) => Math.max(...all.map((cells) => (cells[at] ?? '').length)));
  return all
    .map((cells) =>
      cells
        .map((cell, at) => pad(cell, widths[at] ?? 0, at))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function toVerdict({ pending }: Scenario, { broken }: Outcome): string {
  if (pending !== undefined) return 'pending';
  return broken.length === 0 ? 'holds' : 'BROKEN';
}

/** Texts to the left, figures to the right. */
function pad(cell: string, width: number, at: number): string {
  return at === 0 || at === header.length - 1 ? cell.padEnd(width) : cell.padStart(width);
}

export function buildJson(finished: readonly Finished[]): string {
  const results = finished.map(({ scenario, outcome }) => ({
    fault: scenario.fault,
    injected: outcome.injected,
    lost: outcome.lost,
    doubled: outcome.doubled,
    repeated: outcome.repeated,
    recover_s: outcome.recoverS === undefined ? null : Number(outcome.recoverS.toFixed(2)),
  }));
  return JSON.stringify({ results });
}
