// Slack's rate limits: so many calls of a method in any minute, and about one message a second in a channel.
import type { Tier } from './methods/method.ts';

const windowMs = 60_000;
const postBurst = 5;

/** Creates the counters; `check` counts a call and answers how many seconds to wait, 0 when it may pass. */
export function createRateTiers(): {
  check: (method: string, tier: Tier, channel: string) => number;
} {
  const calls = new Map<string, number[]>();
  return {
    check(method, tier, channel) {
      const isPost = tier === 'post';
      const key = isPost ? `${method} ${channel}` : method;
      const span = isPost ? postBurst * 1000 : windowMs;
      const now = Date.now();
      const recent = (calls.get(key) ?? []).filter((at) => at > now - span);
      calls.set(key, recent);
      const [oldest] = recent;
      if (oldest !== undefined && recent.length >= (isPost ? postBurst : tier)) {
        return Math.max(1, Math.ceil((oldest + span - now) / 1000));
      }
      recent.push(now);
      return 0;
    },
  };
}
