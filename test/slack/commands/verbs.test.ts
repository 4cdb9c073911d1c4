import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/slack/commands/verbs.ts';

describe('a command', () => {
  it.each([
    ['', 'help', undefined],
    ['   ', 'help', undefined],
    ['LIST', 'list', undefined],
    ['列表', 'list', undefined],
    ['status', 'status', undefined],
    ['status 142', 'status', '142'],
    ['status #142', 'status', '142'],
    ['“status” “142”', 'status', '142'],
    ['状态 142', 'status', '142'],
    ['cancel 142 please', 'cancel', '142'],
    ['stop!', 'cancel', undefined],
    ['停止。', 'cancel', undefined],
    ['取消\u3000142', 'cancel', '142'],
    ['<@U1> stop', 'cancel', undefined],
    ['?', 'help', undefined],
    ['cancel \u202E241', 'cancel', '241'],
  ])('"%s" is %s %s', (text, verb, id) => {
    const command = parseCommand(text);
    expect(command).toMatchObject(id === undefined ? { verb } : { verb, id });
    expect('id' in command).toBe(id !== undefined);
  });

  it.each([
    ['statsu', 'E_COMMAND_MISSPELT'],
    ['cancle 142', 'E_COMMAND_MISSPELT'],
    ['frobnicate', 'E_COMMAND_UNKNOWN'],
    ['__proto__', 'E_COMMAND_UNKNOWN'],
    ['constructor', 'E_COMMAND_UNKNOWN'],
    ['status abc', 'E_BATCH_ID'],
    ['cancel -1', 'E_BATCH_ID'],
    ['cancel 1e9', 'E_BATCH_ID'],
  ])('"%s" is answered with %s', (text, code) => {
    expect(parseCommand(text)).toMatchObject({ code });
  });

  it.each([
    ['stat', 'status'],
    ['can', 'cancel'],
    ['hellp', 'help'],
    ['状太', '状态'],
  ])('"%s" is taken for "%s"', (word, nearest) => {
    expect(parseCommand(word)).toMatchObject({ params: { nearest } });
  });

  it.each(['x', '😀', 's'])('that is "%s" is not taken for another', (word) => {
    expect(parseCommand(word)).toMatchObject({ code: 'E_COMMAND_UNKNOWN' });
  });

  it('of any text is understood or answered, shortly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 9_000 }), (text) => {
        const command = parseCommand(text);
        const told = 'code' in command ? JSON.stringify(command.params) : command.verb;
        expect(told.length).toBeLessThan(400);
      }),
    );
  });
});
