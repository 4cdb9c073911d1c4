import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseChaosOptions } from './chaos-options.ts';
import { judgeFlatness } from './flatness.ts';
import { createRandom } from './random.ts';
import { buildJson, buildTable } from './report.ts';
import { edits } from './safeguards.ts';
import type { Outcome, Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { planKills } from './scenarios/process-faults.ts';

const outcome: Outcome = {
  injected: 3,
  lost: 0,
  doubled: 1,
  repeated: 7,
  recoverS: 4.256,
  broken: [],
  notes: [],
};
const scenario: Scenario = {
  name: 'test',
  fault: 'a fault',
  promise: 'a promise',
  run: async () => outcome,
};

function plan(seed: number): unknown {
  return planKills(createRandom(seed, 'sigkill'), 20, 3);
}

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  it('does not depend on which scenarios ran before', () => {
    const first = createRandom(7, 'one').whole(0, 1e6);
    createRandom(7, 'two').whole(0, 1e6);
    expect(createRandom(7, 'one').whole(0, 1e6)).toBe(first);
  });

  it('stays in its bounds and reaches them', () => {
    const random = createRandom(1, 'bounds');
    const drawn = new Set(Array.from({ length: 200 }, () => random.whole(0, 2)));
    expect(drawn).toEqual(new Set([0, 1, 2]));
    expect(new Set(random.shuffled([1, 2, 3, 4]))).toEqual(new Set([1, 2, 3, 4]));
  });
});

describe('the programme', () => {
  it('gives every scenario and every test of the tests a name of its own', () => {
    const names = [...scenarios, ...edits].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(edits)('can still switch off: $what', ({ file, text, by, scenario: matching }) => {
    const source = readFileSync(join(import.meta.dirname, '../../src', file), 'utf8');
    expect(source.replace(text, by)).not.toBe(source);
    expect(scenarios.map(({ name }) => name)).toContain(matching);
  });

  it('prints JSON with nothing but the agreed fields', () => {
    const stuck = { ...outcome, recoverS: undefined };
    expect(
      JSON.parse(
        buildJson([
          { scenario, outcome },
          { scenario, outcome: stuck },
        ]),
      ),
    ).toEqual({
      results: [
        { fault: scenario.fault, injected: 3, lost: 0, doubled: 1, repeated: 7, recover_s: 4.26 },
        { fault: scenario.fault, injected: 3, lost: 0, doubled: 1, repeated: 7, recover_s: null },
      ],
    });
  });

  it('never prints a pending scenario as one that holds', () => {
    const pending = { ...scenario, pending: 'not built yet' };
    expect(buildTable([{ scenario: pending, outcome }])).toMatch(/pending$/u);
    expect(buildTable([{ scenario, outcome }])).toMatch(/holds$/u);
    const broken = { ...outcome, broken: ['a row is lost'] };
    expect(buildTable([{ scenario, outcome: broken }])).toMatch(/BROKEN$/u);
  });

  it('takes a seed, and refuses what is none', () => {
    expect(parseChaosOptions(['--seed', '12'])).toMatchObject({ seed: 12, long: false });
    expect(() => parseChaosOptions(['--seed', 'x'])).toThrow('--seed is a whole number');
    expect(() => parseChaosOptions(['--sed', '1'])).toThrow('--sed');
  });
});

describe('flatness', () => {
  const figure = { name: 'heap', share: 0.2, least: 5 };

  it('forgives noise and not a slope', () => {
    const noise = [100, 140, 100, 90, 150, 100, 110, 100, 130];
    expect(judgeFlatness({ ...figure, samples: noise }).isFlat).toBe(true);
    const slope = [100, 110, 120, 130, 140, 150, 160, 170, 180];
    expect(judgeFlatness({ ...figure, samples: slope }).isFlat).toBe(false);
  });

  it('takes too few samples for no proof', () => {
    expect(judgeFlatness({ ...figure, samples: [1, 1, 1] }).isFlat).toBe(false);
  });
});
