// Who may do what, and how much of it: the settings of an installation, as the conversation and the read
// step need them.

import type { Variables } from './variables.ts';

export interface Rules {
  /** Slack user ids of those who may stop, pause, resume and purge any batch, and approve large ones. */
  readonly operators: readonly string[];
  /** Where operators are asked and told; in the batch's thread where it is absent. */
  readonly opsChannel?: string;
  /** Guests of this workspace may start batches. */
  readonly allowGuests: boolean;
  /** Channels in which everybody may who is there. */
  readonly allowChannels: readonly string[];
}

/** Above these a batch waits for an operator, for its turn, or is refused. */
export interface Limits {
  readonly approvalRows: number;
  readonly approvalSeconds: number;
  readonly rowsPerDay: number;
  readonly batchesPerPerson: number;
}

export function toRules(env: Variables): Rules {
  return {
    operators: env.OPERATORS,
    allowGuests: env.ALLOW_GUESTS,
    allowChannels: env.ALLOW_CHANNELS,
    ...(env.OPS_CHANNEL === undefined ? {} : { opsChannel: env.OPS_CHANNEL }),
  };
}

export function toLimits(env: Variables): Limits {
  return {
    approvalRows: env.APPROVAL_ROWS,
    approvalSeconds: env.APPROVAL_HOURS * 3600,
    rowsPerDay: env.ROWS_PER_DAY,
    batchesPerPerson: env.BATCHES_PER_PERSON,
  };
}
