import { describe, expect, it } from 'vitest';
import {
  parseMessage,
  toAskedDrops,
  toDrops,
  type SlackMessage,
} from '../../../src/slack/drops/to-drops.ts';
import { toMentionRun } from '../../../src/slack/drops/to-mention-run.ts';

const table = { id: 'F1', name: 'products.csv', mimetype: 'text/csv' };

function message(parts: object = {}): SlackMessage {
  const parsed = parseMessage({
    type: 'message',
    subtype: 'file_share',
    user: 'U1',
    text: '',
    ts: '100.1',
    channel: 'C1',
    channel_type: 'channel',
    files: [table],
    ...parts,
  });
  if (parsed === undefined) throw new Error('not a message');
  return parsed;
}

const drops = (parts: object = {}): ReturnType<typeof toDrops> =>
  toDrops(message(parts), 'T1', 'UBOT');

describe('a message with a table', () => {
  it('is a drop, whose key is the same however often Slack sends it', () => {
    expect(drops({ text: 'prompt: x' })).toEqual([
      {
        key: 'T1:C1:100.1:0',
        team: 'T1',
        channel: 'C1',
        messageTs: '100.1',
        threadTs: '100.1',
        user: 'U1',
        text: 'prompt: x',
        files: [{ id: 'F1', name: 'products.csv' }],
        addressed: false,
      },
    ]);
  });

  it('is a drop for each table, and other files beside it do not count', () => {
    const files = [{ id: 'F0', name: 'a.png' }, table, { id: 'F2', name: 'B.TSV' }];
    expect(drops({ files }).map(({ key, files: [file] }) => [key, file?.id])).toEqual([
      ['T1:C1:100.1:0', 'F1'],
      ['T1:C1:100.1:1', 'F2'],
    ]);
  });

  it.each([
    ['by its media type', { id: 'F1', name: 'export', mimetype: 'text/csv' }],
    ['by its title where the name is missing', { id: 'F1', name: null, title: 'x.csv' }],
    ['as a stub that only files.info can tell', { id: 'F1', file_access: 'check_file_info' }],
  ])('is known %s', (_, file) => {
    expect(drops({ files: [file] })).toHaveLength(1);
  });

  it.each([
    ['in a direct message', { channel_type: 'im' }, true],
    ['with a mention', { text: 'hey <@UBOT> look' }, true],
    ['with a labelled mention', { text: '<@UBOT|darkroom>' }, true],
    ['with a mention of somebody else', { text: '<@UBOTTOM>' }, false],
  ])('%s is addressed: %s', (_, parts, addressed) => {
    expect(drops(parts)[0]?.addressed).toBe(addressed);
  });

  it('without a subtype counts too', () => {
    expect(drops({ subtype: undefined })).toHaveLength(1);
  });
});

const file = (id: string, name: string): object => ({ id, name });

describe('a message with pictures', () => {
  const [zip, more, csv, tsv, photo, cat] = [
    file('Z1', 'a.zip'),
    file('Z2', 'b.ZIP'),
    file('T1', 'a.csv'),
    file('T2', 'b.tsv'),
    file('P1', 'a.jpg'),
    { id: 'P2', name: 'cat', mimetype: 'image/png' },
  ];
  const mention = '<@UBOT>';

  it.each([
    ['zips are one batch by themselves', { files: [zip, more] }, [['Z1', 'Z2']]],
    ['a table beside a zip belongs to it', { files: [csv, zip] }, [['T1', 'Z1']]],
    ['several tables do so too, to be refused', { files: [csv, zip, tsv] }, [['T1', 'Z1', 'T2']]],
    ['a screenshot beside a zip is left out', { files: [photo, zip] }, [['Z1']]],
    ['a screenshot beside a table is left out', { files: [photo, csv] }, [['T1']]],
    ['pictures alone are left alone', { files: [photo, cat] }, []],
    [
      'pictures with a mention are one batch',
      { files: [photo, cat], text: mention },
      [['P1', 'P2']],
    ],
    ['pictures in a direct message too', { files: [photo], channel_type: 'im' }, [['P1']]],
    [
      'a table with pictures and a mention names them',
      { files: [photo, csv, cat], text: mention },
      [['P1', 'T1', 'P2']],
    ],
    [
      'several tables stay a batch each',
      { files: [photo, csv, tsv], text: mention },
      [['T1'], ['T2']],
    ],
    ['a zip in a thread is left alone', { files: [zip], thread_ts: '90.1' }, []],
    [
      'a zip in a thread with a mention is one batch',
      { files: [zip], thread_ts: '90.1', text: mention },
      [['Z1']],
    ],
    [
      'an archive that cannot be unpacked is nothing',
      { files: [file('R', 'a.rar')], text: mention },
      [],
    ],
  ])('%s', (_, parts, expected) => {
    expect(drops(parts).map(({ files }) => files.map(({ id }) => id))).toEqual(expected);
  });

  it('that somebody points at later count all the same', () => {
    const asking = { team: 'T1', channel: 'C1', user: 'U2', key: 'k', text: 'group: off' };
    const asked = toAskedDrops(message({ files: [photo, cat] }), asking);
    expect(asked).toMatchObject([{ key: 'k:0', user: 'U2', text: 'group: off', addressed: true }]);
    expect(asked[0]?.files).toHaveLength(2);
    expect(toAskedDrops(message({ files: [zip, csv] }), asking)).toHaveLength(1);
  });

  it('keeps what only the media type has told', () => {
    expect(drops({ files: [cat], text: mention })[0]?.files).toEqual([
      { id: 'P2', name: 'cat', kind: 'picture' },
    ]);
  });
});

describe('nothing is made of', () => {
  it.each([
    ['a file in a thread', { thread_ts: '90.1' }],
    ['a message by a bot', { bot_id: 'B1' }],
    ['an edit', { subtype: 'message_changed' }],
    ['a deletion', { subtype: 'message_deleted' }],
    ['a message without a person', { user: undefined }],
    ['a picture', { files: [{ id: 'F1', name: 'a.png', mimetype: 'image/png' }] }],
    ['a plain text', { files: [{ id: 'F1', name: 'notes.txt', mimetype: 'text/plain' }] }],
    ['a message without files', { files: undefined }],
  ])('%s', (_, parts) => {
    expect(drops(parts)).toEqual([]);
  });

  it.each([undefined, null, 'text', {}, { ts: 5 }])('%o', (value) => {
    expect(parseMessage(value)).toBeUndefined();
  });
});

function below(text: string, parts: object = {}): ReturnType<typeof toMentionRun> {
  return toMentionRun(message({ text, files: [], thread_ts: '90.1', ...parts }), 'T1');
}

describe('a mention below a file', () => {
  it.each([
    ['<@UBOT>', undefined, true],
    ['<@UBOT> run', undefined, false],
    ['<@UBOT> 运行', undefined, false],
    ['<@UBOT> run prompt: Say {{name}}', 'prompt: Say {{name}}', false],
    ['<@UBOT> prompt: Say {{name}}', 'prompt: Say {{name}}', false],
    ['<@UBOT> 要求：介绍', '要求：介绍', false],
  ])('"%s" runs it with the text %s', (text, asked, bare) => {
    const run = below(text);
    expect(run?.place).toEqual({ channel: 'C1', ts: '90.1' });
    expect(run?.asking.text).toBe(asked);
    expect(run?.asking.key).toBe('T1:C1:100.1');
    expect(run?.bare).toBe(bare);
  });

  it.each(['<@UBOT> status', '<@UBOT> stop', '<@UBOT> thanks a lot'])('"%s" does not', (text) => {
    expect(below(text)).toBeUndefined();
  });

  it('does nothing outside a thread, or with a file of its own', () => {
    expect(below('<@UBOT> run', { thread_ts: undefined })).toBeUndefined();
    expect(below('<@UBOT> run', { files: [table] })).toBeUndefined();
  });
});
