// What the outcomes of a batch come to when they are counted anew: the numbers, and why rows failed.

import type { Outcome, Row } from '../batch/row.ts';

/** As in commit.lua. */
const mostLines = 10;

export interface Recount {
  readonly done: number;
  readonly failed: number;
  add(row: Row, outcome: Outcome | undefined): void;
  /** Fields and values of the hash of faults, see keys.ts. */
  faults(): readonly string[];
}

interface Group {
  count: number;
  readonly lines: number[];
  readonly example: string;
  varied: boolean;
}

export function createRecount(): Recount {
  const groups = new Map<string, Group>();
  let done = 0;
  let failed = 0;
  return {
    get done() {
      return done;
    },
    get failed() {
      return failed;
    },
    add(row, outcome) {
      if (outcome?.status === 'done') done += 1;
      if (outcome?.status !== 'failed') return;
      failed += 1;
      addFault(groups, row, outcome);
    },
    faults: () => [...groups].flatMap(([code, group]) => toFields(code, group)),
  };
}

function addFault(
  groups: Map<string, Group>,
  { line }: Row,
  { fault }: Extract<Outcome, { status: 'failed' }>,
): void {
  const example = JSON.stringify(fault);
  const group = groups.get(fault.code) ?? { count: 0, lines: [], example, varied: false };
  groups.set(fault.code, group);
  group.count += 1;
  if (group.lines.length < mostLines) group.lines.push(line);
  if (group.example !== example) group.varied = true;
}

function toFields(code: string, { count, lines, example, varied }: Group): string[] {
  const fields = [
    `${code}:count`,
    String(count),
    `${code}:lines`,
    lines.join(),
    `${code}:example`,
    example,
  ];
  return varied ? [...fields, `${code}:varied`, '1'] : fields;
}
