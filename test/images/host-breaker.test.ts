import { describe, expect, it } from 'vitest';
import { createHostBreaker, type HostBreaker } from '../../src/images/host-breaker.ts';

const host = 'shop.example';

interface World {
  readonly breaker: HostBreaker;
  wait(ms: number): void;
}

function start(): World {
  let clock = 1000;
  const options = { patienceMs: 60_000, failures: 3, probeMs: 10_000, now: () => clock };
  return { breaker: createHostBreaker(options), wait: (ms) => void (clock += ms) };
}

function fail(breaker: HostBreaker, times: number): void {
  for (let time = 0; time < times; time += 1) breaker.ask(host)('failed');
}

/** A host that has just been given up. */
function giveUp(): World {
  const world = start();
  fail(world.breaker, 2);
  world.wait(60_000);
  fail(world.breaker, 1);
  return world;
}

describe('createHostBreaker', () => {
  it('gives a host up after many failures over a long time, and no other host', () => {
    const { breaker } = giveUp();
    expect(breaker.refuses(host)).toBe(true);
    expect(breaker.refuses('other.example')).toBe(false);
  });

  it('has patience with many failures in a short time, and with a few over a long one', () => {
    const many = start();
    fail(many.breaker, 100);
    many.wait(59_999);
    fail(many.breaker, 100);
    expect(many.breaker.refuses(host)).toBe(false);
    const few = start();
    fail(few.breaker, 1);
    few.wait(60_000);
    fail(few.breaker, 1);
    expect(few.breaker.refuses(host)).toBe(false);
  });

  it('forgives what lies back longer than its patience', () => {
    const { breaker, wait } = giveUp();
    wait(60_001);
    fail(breaker, 1);
    expect(breaker.refuses(host)).toBe(false);
  });

  it('begins to count anew with every answer', () => {
    const { breaker, wait } = start();
    fail(breaker, 2);
    wait(60_000);
    breaker.ask(host)('answered');
    fail(breaker, 2);
    wait(60_000);
    expect(breaker.refuses(host)).toBe(false);
  });

  it('lets one request at a time try whether the host is back', () => {
    const { breaker, wait } = giveUp();
    wait(10_000);
    expect(breaker.refuses(host)).toBe(false);
    const end = breaker.ask(host);
    expect(breaker.refuses(host)).toBe(true);
    wait(15_000);
    end('failed');
    expect(breaker.refuses(host)).toBe(true);
    wait(10_000);
    breaker.ask(host)('answered');
    expect(breaker.refuses(host)).toBe(false);
    fail(breaker, 2);
    expect(breaker.refuses(host)).toBe(false);
  });

  it('lets the next one try where the first was broken off', () => {
    const { breaker, wait } = giveUp();
    wait(10_000);
    breaker.ask(host)();
    expect(breaker.refuses(host)).toBe(false);
  });

  it('remembers at most a thousand hosts', () => {
    const { breaker } = giveUp();
    for (let n = 0; n < 999; n += 1) breaker.ask(`host-${n}.example`)('failed');
    expect(breaker.refuses(host)).toBe(true);
    breaker.ask('one-more.example')('failed');
    expect(breaker.refuses(host)).toBe(false);
  });
});
