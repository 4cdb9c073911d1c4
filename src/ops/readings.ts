// What is read when somebody asks for the metrics. A reading that cannot be had in time is undefined.

import type { DiskReading, ServerReading, SurveyReading } from '../batch/readings.ts';

export interface Readings {
  /** The model servers that this process asks; none in a process that runs no rows. */
  servers(): Promise<readonly ServerReading[] | undefined>;
  survey(): Promise<SurveyReading | undefined>;
  disk(): Promise<DiskReading | undefined>;
  /** Whether everything is there that this process needs. */
  ready(): Promise<boolean>;
  /** Whether the watchdog finds that it hangs. */
  stalled(): boolean;
  /** Absent in a process that holds no conversation. */
  readonly slackConnected?: (() => boolean) | undefined;
}
