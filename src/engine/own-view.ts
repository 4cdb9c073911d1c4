// The ledger as this process uses it: it tells what it does with rows, and takes none that it cannot ask about.

import type { LeaseRef } from '../batch/lease.ts';
import type { RowEdge } from './engine.ts';
import type { Ledger, ModelEndpoint } from '../work/ports.ts';

interface Own {
  readonly endpoints: readonly Pick<ModelEndpoint, 'isOpen'>[];
  readonly edges: RowEdge;
}

/** While none of its servers is open it leases nothing, and its batches count as paused: processes with
 *  other servers may go on with them. */
export function toOwnView<Whole extends Ledger>(ledger: Whole, { endpoints, edges }: Own): Whole {
  const isIdle = (): boolean => !endpoints.some((each) => each.isOpen());
  const lost = new WeakSet<LeaseRef>();
  const noteLost = (lease: LeaseRef | undefined): void => {
    if (lease === undefined || lost.has(lease)) return;
    lost.add(lease);
    edges.onLost?.();
  };
  return {
    ...ledger,
    async lease(worker, leaveOut) {
      edges.onLook?.();
      const lease = isIdle() ? undefined : await ledger.lease(worker, leaveOut);
      if (lease !== undefined) edges.onLeased?.();
      return lease;
    },
    async release(lease) {
      edges.onReleased?.();
      await ledger.release(lease);
    },
    async renew(leases) {
      const replies = await ledger.renew(leases);
      for (const [index, reply] of replies.entries()) if (reply === 'lost') noteLost(leases[index]);
      return isIdle() ? replies.map((reply) => (reply === 'held' ? 'paused' : reply)) : replies;
    },
    async commit(lease, row, outcome) {
      const result = await ledger.commit(lease, row, outcome);
      if (result === 'committed') edges.onOutcome(outcome);
      return result;
    },
  };
}
