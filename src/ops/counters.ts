// What a process counts of its own doings.

import { Counter, Histogram, type Registry } from 'prom-client';
import type { WorkedOutcome } from '../batch/row.ts';
import type { RowListener } from './row-activity.ts';

export interface Counters extends RowListener {
  /** Slack has turned down a call of the method for now (429). */
  onRateLimited(method: string): void;
  /** This process runs rows: what an alert waits for is shown as 0, since Prometheus does not see the rise of a
   *  counter that begins with 1. */
  expectRows(): void;
}

type Define = <Label extends string = never>(
  name: string,
  help: string,
  labelNames?: readonly Label[],
) => Counter<Label>;

export function createCounters(registry: Registry): Counters {
  const registers = [registry];
  const define: Define = (name, help, labelNames = []) =>
    new Counter({ name: `darkroom_${name}_total`, help, labelNames, registers });
  const count = defineCounters(define);
  const seconds = new Histogram({
    name: 'darkroom_model_request_seconds',
    help: 'Time that requests to a model server took in this process, by what came of them: answer; rejected (the row is at fault); retry; away; misconfigured; aborted by Darkroom.',
    labelNames: ['endpoint', 'result'],
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300],
    registers,
  });
  return {
    onOutcome: (outcome) => countOutcome(outcome, count),
    onLost: () => count.leasesLost.inc(),
    onAnswered: ({ endpoint, result, seconds: took }) =>
      seconds.observe({ endpoint, result }, took),
    onRepair({ endpoint, ...repair }) {
      if (repair.kind === 'reconciled') {
        count.weightMended.inc({ endpoint }, Math.abs(repair.now - repair.before));
      } else count.slotsFreed.inc({ endpoint }, repair.slots);
    },
    onRateLimited: (method) => count.rateLimited.inc({ method }),
    expectRows: () => count.rows.inc({ outcome: 'failed', code: 'E_ROW_CRASHED_WORKER' }, 0),
  };
}

function defineCounters(define: Define) {
  return {
    rows: define(
      'rows',
      'Rows with an outcome recorded by this process: done, or failed with an error code. E_ROW_CRASHED_WORKER are rows that were given up because the workers that had them died.',
      ['outcome', 'code'],
    ),
    tokens: define(
      'tokens',
      'Tokens of answers recorded by this process, as the model server counted them; prompts with their pictures.',
      ['kind'],
    ),
    cacheHits: define(
      'cache_hits',
      'Rows recorded by this process whose answer was there already, so that the model was not asked.',
    ),
    leasesLost: define(
      'leases_lost',
      'Chunks of rows that this process held and had to let go because it had not renewed its lease in time.',
    ),
    slotsFreed: define(
      'gate_slots_freed',
      'Slots at a model server that this process has freed because their holders had died, or because nobody held them after trouble with Redis.',
      ['endpoint'],
    ),
    weightMended: define(
      'gate_weight_mended',
      'By how much this process has corrected the weight in flight at a model server after lost replies of Redis.',
      ['endpoint'],
    ),
    rateLimited: define(
      'slack_rate_limited',
      'Calls that Slack has turned down for now (429) in this process, by method of its Web API.',
      ['method'],
    ),
  };
}

function countOutcome(
  outcome: WorkedOutcome,
  { rows, cacheHits, tokens }: ReturnType<typeof defineCounters>,
): void {
  const code = outcome.status === 'failed' ? outcome.fault.code : '';
  rows.inc({ outcome: outcome.status, code });
  if (outcome.status !== 'done') return;
  if (outcome.cached) {
    cacheHits.inc();
    return;
  }
  tokens.inc({ kind: 'prompt' }, outcome.usage.promptTokens);
  tokens.inc({ kind: 'completion' }, outcome.usage.completionTokens);
}
