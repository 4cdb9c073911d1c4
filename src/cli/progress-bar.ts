// A batch's progress in a terminal: one line that is drawn over, or a line now and then where the output
// is no terminal.

import type { Batch } from '../batch/batch.ts';
import {
  addSample,
  formatDuration,
  toPercent,
  toSecondsLeft,
  type ProgressSample,
} from '../batch/progress.ts';

export interface ProgressBar {
  show(batch: Batch): void;
  end(): void;
}

interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const width = 30;
/** Where nothing can be drawn over, a line is printed for every so many per cent. */
const stepPercent = 10;
const clearLine = '\r\u001B[2K';

export function createProgressBar(terminal: Terminal): ProgressBar {
  let samples: readonly ProgressSample[] = [];
  let shown = '';
  let shownPercent = -stepPercent;
  return {
    show(batch) {
      const { done, failed } = batch.counts;
      const atMs = performance.now();
      samples = addSample(samples, {
        atMs,
        finished: done + failed,
        paused: batch.state === 'paused',
      });
      const line = toLine(batch, toSecondsLeft(samples, batch.counts));
      if (line === shown) return;
      const percent = batch.counts.total === 0 ? 0 : toPercent(batch.counts);
      const isStep = percent - shownPercent >= stepPercent || batch.state === 'paused';
      if (terminal.isTTY !== true && !isStep) return;
      shown = line;
      shownPercent = percent;
      terminal.write(terminal.isTTY === true ? `${clearLine}${line}` : `${line}\n`);
    },
    end() {
      if (terminal.isTTY === true && shown !== '') terminal.write('\n');
    },
  };
}

function toLine(batch: Batch, secondsLeft: number | undefined): string {
  const { counts, pause } = batch;
  if (counts.total === 0) return 'Reading the file …';
  const percent = toPercent(counts);
  const filled = Math.round((percent / 100) * width);
  const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
  const parts = [
    `${bar} ${percent} %`,
    `${counts.done} of ${counts.total} done`,
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
  ];
  if (pause !== undefined) {
    const since = new Date(pause.sinceMs).toLocaleTimeString();
    return [...parts, `waiting for the model server since ${since}`].join(', ');
  }
  if (secondsLeft === undefined || secondsLeft === 0) return parts.join(', ');
  return [...parts, `${formatDuration(secondsLeft, batch.language)} left`].join(', ');
}
