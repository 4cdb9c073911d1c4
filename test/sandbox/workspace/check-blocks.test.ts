import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBlocks, type Surface } from '../../../src/sandbox/workspace/check-blocks.ts';
import { Refusal } from '../../../src/sandbox/workspace/refusal.ts';

const plain = (text: string): object => ({ type: 'plain_text', text });
const section = (text: string): object => ({ type: 'section', text: { type: 'mrkdwn', text } });
const button = (more: object = {}): object => ({ type: 'button', text: plain('Go'), ...more });
const actions = (...elements: object[]): object => ({ type: 'actions', elements });

/** What is wrong with the blocks; empty when nothing is. */
function problems(blocks: unknown, surface: Surface = 'message'): string[] {
  try {
    checkBlocks(blocks, surface);
    return [];
  } catch (error) {
    if (error instanceof Refusal) return [error.code, ...error.messages];
    throw error;
  }
}

describe('the check of blocks', () => {
  it('accepts what Slack accepts and fills in ids', () => {
    const confirm = { title: plain('?'), text: plain('?'), confirm: plain('y'), deny: plain('n') };
    const option = { text: plain('One'), value: '1' };
    const [first, second] = checkBlocks(
      [
        { ...section('x'), fields: [plain('a')], accessory: button() },
        actions(button({ style: 'danger', value: '1', confirm, action_id: 'stop' }), {
          type: 'static_select',
          placeholder: plain('?'),
          options: [option],
        }),
        { type: 'header', text: plain('Title') },
        { type: 'context', elements: [plain('a'), { type: 'mrkdwn', text: 'b' }] },
        { type: 'divider' },
        { type: 'markdown', text: '# a' },
      ],
      'message',
    );
    expect(first).toMatchObject({
      block_id: expect.any(String),
      accessory: { action_id: expect.any(String) },
    });
    expect(second?.['elements']).toMatchObject([
      { action_id: 'stop' },
      { action_id: expect.any(String) },
    ]);
  });

  it.each([
    [
      'an unknown type',
      [{ type: 'nonsense' }],
      'unsupported type: nonsense [json-pointer:/blocks/0]',
    ],
    [
      'a section with too much text',
      [section('x'.repeat(3001))],
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'a section without text',
      [section('')],
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'an empty section',
      [{ type: 'section' }],
      'missing required field: text or fields [json-pointer:/blocks/0]',
    ],
    [
      'eleven fields',
      [{ type: 'section', fields: Array(11).fill(plain('x')) }],
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      'fifty-one blocks',
      Array.from({ length: 51 }, () => ({ type: 'divider' })),
      'no more than 50 items allowed [json-pointer:/blocks]',
    ],
    [
      'a long header',
      [{ type: 'header', text: plain('x'.repeat(151)) }],
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'a header in mrkdwn',
      [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
      'unsupported type: mrkdwn [json-pointer:/blocks/0/text]',
    ],
    [
      'a button with a long text',
      [actions(button({ text: plain('x'.repeat(76)) }))],
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'a button with an odd style',
      [actions(button({ style: 'red' }))],
      'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'a button with a long value',
      [actions(button({ value: 'x'.repeat(2001) }))],
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'a confirm without a title',
      [actions(button({ confirm: { text: plain('?'), confirm: plain('y'), deny: plain('n') } }))],
      'missing required field: title [json-pointer:/blocks/0/elements/0/confirm]',
    ],
    [
      'an unknown field',
      [{ type: 'divider', colour: 'red' }],
      'invalid additional property: colour [json-pointer:/blocks/0]',
    ],
    [
      'a menu without choices',
      [actions({ type: 'static_select', options: [] })],
      'no less than 1 items required [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'the same block id twice',
      [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
      'block_id already exists: a [json-pointer:/blocks]',
    ],
    [
      'the same action id twice',
      [actions(button({ action_id: 'a' }), button({ action_id: 'a' }))],
      'action_id already exists: a [json-pointer:/blocks/0]',
    ],
    [
      'markdown over all blocks too long',
      ['x', 'y'].map((mark) => ({ type: 'markdown', text: mark.repeat(6001) })),
      'markdown blocks over 12000 characters [json-pointer:/blocks]',
    ],
  ])('refuses %s and says where', (_what, blocks, reason) => {
    expect(problems(blocks)).toEqual(['invalid_blocks', `[ERROR] ${reason}`]);
  });

  it('knows which blocks belong where', () => {
    expect(problems([{ type: 'alert', text: plain('x') }], 'modal')).toEqual([]);
    expect(problems([{ type: 'alert', text: plain('x') }])).toContain('invalid_blocks');
    expect(problems([{ type: 'markdown', text: 'x' }], 'modal')).toContain('invalid_arguments');
  });

  it('draws the line of a text exactly, whatever the characters', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2990, max: 3010 }),
        fc.constantFrom('a', '字', '&'),
        (length, mark) => {
          expect(problems([section(mark.repeat(length))]).length === 0).toBe(length <= 3000);
        },
      ),
    );
  });

  it('refuses any odd value in words instead of failing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(problems([{ type: 'section', text: value, accessory: value }])).not.toEqual([]);
        expect(() => problems(value)).not.toThrow();
      }),
    );
  });
});
