import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHostPaces, type HostPaces, type HostPlace } from '../../src/images/host-pace.ts';

const never = new AbortController().signal;

/** Enters as often as the host allows right now; whoever must wait gives up again. */
async function fill(hosts: HostPaces, host = 'shop.example'): Promise<HostPlace[]> {
  const controller = new AbortController();
  const places: HostPlace[] = [];
  const waits = Array.from({ length: 64 }, async () => {
    try {
      places.push(await hosts.enter(host, controller.signal));
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
  });
  await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new Error('full'));
  await Promise.all(waits);
  return places;
}

function leaveAll(places: readonly HostPlace[], strained = false): void {
  for (const place of places) place.leave(strained);
}

describe('createHostPaces', () => {
  it('begins with 8 at once for each host', async () => {
    const hosts = createHostPaces();
    expect(await fill(hosts, 'a.example')).toHaveLength(8);
    expect(await fill(hosts, 'b.example')).toHaveLength(8);
    expect(await fill(hosts, 'a.example')).toHaveLength(0);
  });

  it('rises by one a round while the host answers, up to 32', async () => {
    const hosts = createHostPaces();
    const widths: number[] = [];
    for (let round = 0; round < 30; round++) {
      const places = await fill(hosts);
      widths.push(places.length);
      leaveAll(places);
    }
    expect(widths.slice(0, 4)).toEqual([8, 9, 10, 11]);
    expect(widths.slice(-5)).toEqual([32, 32, 32, 32, 32]);
  });

  it('halves once for a round that failed together', async () => {
    const hosts = createHostPaces();
    leaveAll(await fill(hosts), true);
    expect(await fill(hosts)).toHaveLength(4);
  });

  it('goes down to one at a time and no further, and comes back', async () => {
    const hosts = createHostPaces();
    const widths: number[] = [];
    for (let round = 0; round < 5; round++) {
      const places = await fill(hosts);
      widths.push(places.length);
      leaveAll(places, true);
    }
    expect(widths).toEqual([8, 4, 2, 1, 1]);
    leaveAll(await fill(hosts));
    expect(await fill(hosts)).toHaveLength(2);
  });

  it('hears from nobody who started before the last halving', async () => {
    const hosts = createHostPaces();
    const [first, ...others] = await fill(hosts);
    first?.leave(true);
    leaveAll(others);
    expect(await fill(hosts)).toHaveLength(4);
  });

  it('remembers at most a thousand hosts, and none of those in use wrongly', async () => {
    const hosts = createHostPaces();
    const [busy, ...others] = await fill(hosts);
    leaveAll(others);
    for (let n = 0; n < 1500; n++) {
      const place = await hosts.enter(`host-${n}.example`, never);
      place.leave(false);
    }
    expect(await fill(hosts)).toHaveLength(7);
    busy?.leave(false);
  });

  it('stays between 1 and 32 whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (rounds) => {
        const hosts = createHostPaces();
        for (const strained of rounds) leaveAll(await fill(hosts), strained);
        const width = (await fill(hosts)).length;
        expect(width).toBeGreaterThanOrEqual(1);
        expect(width).toBeLessThanOrEqual(32);
      }),
      { numRuns: 20 },
    );
  });
});
