// What people do to a batch that was read: stop it, pause it, let it go on, let it run at all.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readScript } from './script.ts';
import type { Store } from './store.ts';

const scripts = {
  cancel: readScript('cancel', z.enum(['cancelled', 'ended', 'unknown', 'decided'])),
  approve: readScript('approve', z.enum(['approved', 'decided', 'unknown'])),
  pause: readScript('pause', z.enum(['paused', 'approval', 'reading', 'ended', 'unknown'])),
  resume: readScript(
    'resume',
    z.enum(['resumed', 'running', 'turn', 'approval', 'model', 'reading', 'ended', 'unknown']),
  ),
};

export type CancelResult = 'cancelled' | 'ended' | 'unknown';
export type ApproveResult = z.infer<typeof scripts.approve.reply>;
export type DeclineResult = 'declined' | 'decided' | 'unknown';
export type PauseResult = z.infer<typeof scripts.pause.reply>;
export type ResumeResult = z.infer<typeof scripts.resume.reply>;

/** Who does it is a Slack user id; whether that person may is not asked here. All are idempotent. */
export interface Control {
  /** Every row without an outcome becomes cancelled; who did it is recorded, and every process is told.
   *  'ended' also where the batch is being finished already; one that is stuck there ends without its file. */
  cancel(id: string, by: string): Promise<CancelResult>;
  /** Of a batch that waits for an operator; 'decided' where it does not, or not any more. */
  approve(id: string, by: string): Promise<ApproveResult>;
  decline(id: string, by: string): Promise<DeclineResult>;
  /** Requests under way are finished, no row is begun. 'approval': it waits for an operator anyway. */
  pause(id: string, by: string): Promise<PauseResult>;
  /** What holds it up besides a person is answered, and stays. One that is stuck forgets its tries and is tried
   *  within half a minute. */
  resume(id: string): Promise<ResumeResult>;
}

export function createControl(store: Store): Control {
  return {
    cancel: async (id, by) => {
      const result = await store.run(scripts.cancel, id, by, '');
      return result === 'decided' ? 'ended' : result;
    },
    approve: (id, by) => store.run(scripts.approve, id, by),
    decline: async (id, by) => {
      const result = await store.run(scripts.cancel, id, by, 'declined');
      if (result === 'cancelled') return 'declined';
      return result === 'unknown' ? 'unknown' : 'decided';
    },
    pause: (id, by) => store.run(scripts.pause, id, by),
    resume: (id) => store.run(scripts.resume, id, randomUUID()),
  };
}
