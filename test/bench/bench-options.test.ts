import { describe, expect, it } from 'vitest';
import type { Bench } from './bench.ts';
import { parseCommandLine, toHelp } from './bench-options.ts';

function toBench(name: string): Bench {
  return { name, about: `measures ${name}`, run: () => Promise.reject(new Error('not run')) };
}

const known = ['images', 'saturation', 'cancel'].map(toBench);
const namesOf = (args: readonly string[]): readonly string[] =>
  parseCommandLine(args, known).benches.map(({ name }) => name);

describe('the command line of the benchmarks', () => {
  it('runs all of them where none is named', () => {
    expect(namesOf([])).toEqual(['images', 'saturation', 'cancel']);
  });

  it('runs the named ones once each, in their order', () => {
    expect(namesOf(['cancel', 'images', 'cancel'])).toEqual(['cancel', 'images']);
  });

  it('says which there are where a name is wrong', () => {
    expect(() => namesOf(['saturated'])).toThrow(/"saturated".*images, saturation, cancel/u);
  });

  it('leaves the number of rounds to the benchmarks where none is given', () => {
    expect(parseCommandLine([], known).rounds).toBeUndefined();
    expect(parseCommandLine(['--rounds', '5'], known).rounds).toBe(5);
  });

  it.each(['0', '-1', '1.5', 'many', ''])('refuses --rounds=%s', (rounds) => {
    expect(() => parseCommandLine([`--rounds=${rounds}`], known)).toThrow('--rounds');
  });

  it('refuses options that it does not know', () => {
    expect(() => parseCommandLine(['--fast'], known)).toThrow('--fast');
  });

  it('lists every benchmark in its help', () => {
    for (const { name, about } of known) {
      expect(toHelp(known)).toMatch(new RegExp(`${name} +${about}`, 'u'));
    }
  });
});
