// Every scenario of the fault programme, in the order in which they run.

import type { Scenario } from './scenario.ts';
import { diskFaults } from './scenarios/disk-faults.ts';
import { missedDrop } from './scenarios/missed-drop.ts';
import { modelFaults } from './scenarios/model-faults.ts';
import { placeFaults } from './scenarios/place-faults.ts';
import { processFaults } from './scenarios/process-faults.ts';
import { redisFaults } from './scenarios/redis-faults.ts';
import { slackFaults } from './scenarios/slack-faults.ts';
import { stopFaults } from './scenarios/stop-faults.ts';
import { uploadFaults } from './scenarios/upload-faults.ts';

export const scenarios: readonly Scenario[] = [
  ...processFaults,
  ...redisFaults,
  ...diskFaults,
  ...modelFaults,
  ...slackFaults,
  missedDrop,
  ...placeFaults,
  ...stopFaults,
  ...uploadFaults,
];
