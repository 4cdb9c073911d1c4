// The ledger as this process uses it: it tells of its outcomes, and takes no rows that it cannot ask about.

import type { RowEdge } from './engine.ts';
import type { Ledger, ModelEndpoint } from '../work/ports.ts';

interface Own extends RowEdge {
  readonly endpoints: readonly Pick<ModelEndpoint, 'isOpen'>[];
}

/** While none of its servers is open it leases nothing, and its batches count as paused: processes with
 *  other servers may go on with them. */
export function toOwnView<Whole extends Ledger>(
  ledger: Whole,
  { endpoints, onOutcome }: Own,
): Whole {
  const isIdle = (): boolean => !endpoints.some((each) => each.isOpen());
  return {
    ...ledger,
    lease: async (worker, leaveOut) => (isIdle() ? undefined : ledger.lease(worker, leaveOut)),
    async renew(leases) {
      const replies = await ledger.renew(leases);
      return isIdle() ? replies.map((reply) => (reply === 'held' ? 'paused' : reply)) : replies;
    },
    async commit(lease, row, outcome) {
      const result = await ledger.commit(lease, row, outcome);
      if (result === 'committed') onOutcome(outcome);
      return result;
    },
  };
}
