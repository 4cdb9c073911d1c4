import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTeam } from '../../../src/sandbox/workspace/people.ts';
import { toSlackText } from '../../../src/sandbox/workspace/typed-text.ts';

const team = createTeam('darkroom');
const bot = `<@${team.people.bot.id}>`;

describe('what Slack makes of typed text', () => {
  it.each([
    ['@darkroom stop', `${bot} stop`],
    ['a@darkroom.example', 'a@darkroom.example'],
    ['@Darkroom，停止', `${bot}，停止`],
    ['@nobody', '@nobody'],
    ['@here look', '<!here> look'],
    [`${bot} status`, `${bot} status`],
    ['a < b & c > d', 'a &lt; b &amp; c &gt; d'],
    ['see https://x.test/?a=1&b=2 now', 'see <https://x.test/?a=1&amp;b=2> now'],
    ['看 https://x.test/图。好', '看 <https://x.test/图>。好'],
    ['use {{name}}: "a"', 'use {{name}}: "a"'],
  ])('%s', (typed, stored) => {
    expect(toSlackText(typed, team)).toBe(stored);
  });

  it('leaves no bare angle bracket outside a mention or a link', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '<', '>', '&', '@', ' ', '#') }),
        (typed) => {
          const rest = toSlackText(typed, team).replaceAll(/<[@#!][^<>\s]+>/g, '');
          expect(rest).not.toMatch(/[<>]/);
          expect(rest.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
        },
      ),
    );
  });
});
