import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RealClock } from '../../../src/sandbox/model/real-clock.ts';
import { VirtualClock } from '../../../src/sandbox/model/virtual-clock.ts';

describe('a virtual clock', () => {
  it('meets appointments in order of time, then of asking, and leaves out the cancelled', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ timeMs: fc.nat(20), isCancelled: fc.boolean() })),
        (asked) => {
          const clock = new VirtualClock();
          const met: number[] = [];
          for (const [index, { timeMs, isCancelled }] of asked.entries()) {
            const appointment = clock.at(timeMs, () => {
              expect(clock.now()).toBe(timeMs);
              met.push(index);
            });
            if (isCancelled) appointment.cancel();
          }
          clock.advanceTo(20);
          const kept = [...asked.entries()].filter(([, { isCancelled }]) => !isCancelled);
          const inOrder = kept.toSorted(([, one], [, other]) => one.timeMs - other.timeMs);
          expect(met).toEqual(inOrder.map(([index]) => index));
        },
      ),
    );
  });

  it('never goes back, and stops where it is told to', () => {
    const clock = new VirtualClock();
    const met: number[] = [];
    const again = (): void => {
      met.push(clock.now());
      clock.at(clock.now() + 10, again);
    };
    clock.at(0, again);
    clock.advanceTo(25);
    clock.advanceTo(5);
    expect([met, clock.now(), clock.nextMs()]).toEqual([[0, 10, 20], 25, 30]);
  });
});

function clockForTest(): RealClock {
  const clock = new RealClock();
  onTestFinished(() => clock[Symbol.dispose]());
  return clock;
}

describe('a real clock', () => {
  it('plans from the planned time, however late the machine is', async () => {
    const clock = clockForTest();
    const start = clock.now();
    const met: number[] = [];
    const again = (): void => {
      met.push(clock.now() - start);
      if (met.length < 5) clock.at(clock.now() + 2, again);
    };
    clock.at(start + 2, again);
    for (const end = performance.now() + 30; performance.now() < end;);
    clock.catchUp();
    expect(met.map((time) => Math.round(time))).toEqual([2, 4, 6, 8, 10]);
  });

  it('wakes up by itself, for the earliest first', async () => {
    const clock = clockForTest();
    const met: string[] = [];
    clock.at(clock.now() + 20, () => met.push('later'));
    clock.at(clock.now() + 5, () => met.push('sooner'));
    await vi.waitUntil(() => met.length === 2);
    expect(met).toEqual(['sooner', 'later']);
  });

  it('meets nothing once it is disposed of', async () => {
    const clock = clockForTest();
    const other = clockForTest();
    let isMet = false;
    clock.at(clock.now() + 1, () => {
      isMet = true;
    });
    clock[Symbol.dispose]();
    await new Promise<void>((resolve) => void other.at(other.now() + 10, resolve));
    expect(isMet).toBe(false);
  });
});
