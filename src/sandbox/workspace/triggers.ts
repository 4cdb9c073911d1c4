// Trigger ids: each opens one modal, within three seconds of the click that made it.
import { Refusal } from './refusal.ts';

export interface Triggers {
  issue(user: string): string;
  /** Takes the trigger and answers whose it was; refuses as views.open does. */
  use(id: string): string;
}

/** Creates the desk that hands out trigger ids that are good for `ttlMs`. */
export function createTriggers(ttlMs: number): Triggers {
  const issued = new Map<string, { user: string; at: number; used: boolean }>();
  return {
    issue(user) {
      const id = `${issued.size + 1}.${Date.now()}.${user.toLowerCase()}`;
      issued.set(id, { user, at: Date.now(), used: false });
      return id;
    },
    use(id) {
      const trigger = issued.get(id);
      if (!trigger) throw new Refusal('invalid_trigger_id');
      if (trigger.used) throw new Refusal('exchanged_trigger_id');
      if (Date.now() - trigger.at > ttlMs) throw new Refusal('expired_trigger_id');
      trigger.used = true;
      return trigger.user;
    },
  };
}
