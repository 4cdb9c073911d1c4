// The common checker: what the model server saw, what the ledger says and what stands in the posted file
// must tell the same story, every row once.

import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { toSku } from './dropped-table.ts';
import type { Counts } from './ledger-view.ts';

/** A request that the model server got for a row. */
export interface RowCall {
  readonly sku: string;
  readonly rowText: string;
  readonly answered: boolean;
}

export interface Histories {
  /** Rows of the dropped table. */
  readonly rows: number;
  readonly calls: readonly RowCall[];
  readonly ledger: {
    readonly counts: Counts | undefined;
    /** Status by row, in order. */
    readonly statuses: readonly string[];
  };
  /** The results file of each message that carried one. */
  readonly posted: readonly Buffer[];
  /** The same table's file of a run without faults. */
  readonly undisturbed?: Buffer | undefined;
  /** Error codes that single rows must have in this scenario, by sku; every other row must be done. */
  readonly failures?: ReadonlyMap<string, string> | undefined;
  /** The batch was to end early: rows that are not done are cancelled, with this code where there is one. */
  readonly endedEarly?: { readonly code?: string } | undefined;
}

export interface Findings {
  /** Rows that are missing in the posted file, or not done there without cause. */
  readonly lost: number;
  /** Rows that stand there twice, and results messages beyond the first. */
  readonly doubled: number;
  /** Requests to the model beyond one a row. */
  readonly repeated: number;
  /** What else does not fit, a sentence each. */
  readonly broken: readonly string[];
}

type Line = Readonly<Record<string, string>>;

export function compareHistories(histories: Histories): Findings {
  const { rows, posted } = histories;
  const repeated = countRepeats(histories);
  const [first] = posted;
  if (first === undefined) {
    const { counts } = histories.ledger;
    const said = counts === undefined ? 'knows no such batch' : JSON.stringify(counts);
    return { lost: rows, doubled: 0, repeated, broken: [`no results were posted; Redis ${said}`] };
  }
  const lines: Line[] = parse(first, { columns: true, bom: true });
  const perSku = new Map<string, Line[]>();
  for (const line of lines) {
    const sku = line['sku'] ?? '';
    perSku.set(sku, [...(perSku.get(sku) ?? []), line]);
  }
  const skus = Array.from({ length: rows }, (_, at) => toSku(at + 1));
  const lost = skus.filter((sku) => !isAsItShould(perSku.get(sku)?.[0], histories)).length;
  const twice = [...perSku.values()].reduce((sum, found) => sum + found.length - 1, 0);
  const broken = [
    ...checkOrder(lines, skus),
    ...checkLedger(lines, histories),
    ...checkAnswers(lines, histories),
    ...checkBytes(first, histories),
  ];
  return { lost, doubled: twice + posted.length - 1, repeated, broken };
}

function isAsItShould(line: Line | undefined, { failures, endedEarly }: Histories): boolean {
  if (line === undefined) return false;
  if (endedEarly !== undefined && line['status'] === 'cancelled') {
    return (line['error_code'] ?? '') === (endedEarly.code ?? '');
  }
  const code = failures?.get(line['sku'] ?? '');
  if (code === undefined) return line['status'] === 'done';
  return line['status'] === 'failed' && line['error_code'] === code;
}

function countRepeats({ calls }: Histories): number {
  return calls.length - new Set(calls.map(({ sku }) => sku)).size;
}

function checkOrder(lines: readonly Line[], skus: readonly string[]): string[] {
  const at = lines.findIndex((line, index) => line['sku'] !== skus[index]);
  return at === -1 ? [] : [`line ${at + 2} of the file is ${lines[at]?.['sku']}, not ${skus[at]}`];
}

function checkLedger(lines: readonly Line[], histories: Histories): string[] {
  const { rows, ledger, failures } = histories;
  const end = histories.endedEarly === undefined ? 'done' : 'cancelled';
  const { counts, statuses } = ledger;
  if (counts === undefined) return ['Redis knows no such batch'];
  const { state, total, pending, running, done, failed, cancelled } = counts;
  const other = lines.findIndex((line, index) => line['status'] !== statuses[index]);
  const checks: readonly (readonly [holds: boolean, what: string])[] = [
    [total === rows, `${rows} rows were dropped`],
    [total === pending + running + done + failed + cancelled, 'the counters do not add up'],
    [pending === 0 && running === 0, 'rows are open after the end'],
    [state === end, `the batch is not ${end}`],
    [failed === (failures?.size ?? 0), 'other rows count as failed than should'],
    [other === -1 && statuses.length === lines.length, `row ${other + 1} differs from the file`],
  ];
  const story = JSON.stringify(counts);
  return checks.filter(([holds]) => !holds).map(([, what]) => `${what}, in the ledger: ${story}`);
}

/** The simulated model ends each answer with 8 digits of the text's hash: an answer in a wrong row shows,
 *  and so does one that no request was answered with. */
function checkAnswers(lines: readonly Line[], { calls }: Histories): string[] {
  const answered = new Map<string, Set<string>>();
  for (const { sku, rowText } of calls.filter((call) => call.answered)) {
    answered.set(sku, (answered.get(sku) ?? new Set()).add(toDigits(rowText)));
  }
  const wrong = lines
    .filter((line) => line['status'] === 'done')
    .filter((line) => {
      const digits = /[0-9a-f]{8}$/u.exec(line['answer'] ?? '')?.[0] ?? '';
      return answered.get(line['sku'] ?? '')?.has(digits) !== true;
    });
  if (wrong.length === 0) return [];
  return [`${wrong.length} answers are not those of their rows, first ${wrong[0]?.['sku']}`];
}

function checkBytes(file: Buffer, { undisturbed }: Histories): string[] {
  if (undisturbed === undefined || undisturbed.equals(file)) return [];
  return ['the file is not, byte for byte, the one of a run without faults'];
}

function toDigits(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
