import { describe, expect, it } from 'vitest';
import { createCallLog } from '../../../src/sandbox/model/call-log.ts';
import { parseChatRequest } from '../../../src/sandbox/model/chat-request.ts';

describe('the log of calls', () => {
  it('keeps the last 20,000 and does not grow with those before', () => {
    const log = createCallLog();
    const request = parseChatRequest({ messages: [{ role: 'user', content: 'row' }] });
    for (let number = 1; number <= 100_000; number += 1) {
      log.end(log.begin(request, undefined), 200);
    }
    expect(log.calls.length).toBeGreaterThanOrEqual(20_000);
    expect(log.calls.length).toBeLessThanOrEqual(22_000);
    expect(log.calls.at(-1)?.number).toBe(100_000);
    expect(log.calls.at(-20_000)?.number).toBe(80_001);
    expect(log.peakInFlight).toBe(1);
  });
});
