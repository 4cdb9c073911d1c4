// Files that cannot be used, dropped into a direct message: one answer each, which says what to do.

import { expect, it } from 'vitest';
import { toText } from '../support/journey-thread.ts';
import { useJourneyWorld } from '../support/journey-world.ts';
import { until } from '../support/until.ts';

const world = useJourneyWorld({ settings: { MAX_ROWS: '50' } });

const link = 'https://example.com/1.jpg';

const badTables: readonly { what: string; text: string; says: string | RegExp }[] = [
  {
    what: 'has no column with pictures',
    text: 'sku,name\n1,Lamp\n',
    says: 'No column holds picture links. Columns found: sku, name',
  },
  { what: 'has a header and no rows', text: 'sku,image_url\n', says: 'no rows below it' },
  {
    what: 'has no header',
    text: `1,${link}\n2,${link}\n`,
    says: 'The first row holds links',
  },
  {
    what: 'has two columns of the same name',
    text: `sku,name,name,image_url\n1,a,b,${link}\n`,
    says: 'Two columns have the same name "name" (columns 2 and 3)',
  },
  {
    what: 'has a quotation mark that is never closed',
    text: `sku,image_url\n1,${link}\n2,"${link}\n`,
    says: /row \d+/u,
  },
  {
    what: 'has no picture in any row',
    text: 'sku,image_url\n1,\n2,\n',
    says: 'every row is blank in image_url',
  },
  {
    what: 'has more rows than are allowed',
    text: `sku,image_url\n${`1,${link}\n`.repeat(51)}`,
    says: /51 rows; the limit is 50/u,
  },
  { what: 'is blank', text: '\n\n', says: 'The file is empty' },
  {
    what: 'is a spreadsheet under another name',
    text: 'PK\u0003\u0004\u0014\u0000\u0006\u0000xl/workbook.xml',
    says: /of the kind Excel \(XLSX\)/u,
  },
];

it.for(badTables)('a file that $what is refused with its reason, once', async (file) => {
  const { drop, workspace } = world();
  const { text, says } = file;
  const channel = workspace.channels.dm.ada.id;
  const thread = await drop({ channel, files: [{ name: 'products.csv', text }] });
  const answer = toText(await thread.saying(says));
  expect(answer).not.toMatch(/undefined|\{\w+\}|E_[A-Z]/u);
  await until('the cross', () => thread.reactions().join() === 'x');
  expect(thread.replies()).toHaveLength(1);
  expect(thread.deliveries()).toEqual([]);
});

it('a file that is of no use is answered once in a direct message', async () => {
  const { drop, sendAgain, workspace } = world();
  const channel = workspace.channels.dm.boss.id;
  const dropped = await drop({
    user: 'boss',
    channel,
    files: [{ name: 'notes.pdf', text: '%PDF-1.7' }],
  });
  const answers = () =>
    workspace.channelMessages(channel).filter(({ user }) => user === workspace.people.bot.id);
  await until('the answer', () => answers().length > 0);
  await sendAgain(dropped);
  const next = await drop({
    user: 'boss',
    channel,
    files: [{ name: 'a.csv', text: 'a,b\n1,2\n' }],
  });
  await next.saying(':x:');
  const said = answers().filter((message) => message.thread_ts === undefined);
  expect(said.map(toText)).toEqual([expect.stringContaining('"notes.pdf" is not a CSV')]);
});

it('a bad file is refused in Chinese to a person who uses Slack in Chinese', async () => {
  const { drop, workspace } = world();
  const channel = workspace.channels.dm.wei.id;
  const files = [{ name: '价格.csv', text: '货号,价格\n1,20\n' }];
  const thread = await drop({ user: 'wei', channel, files });
  const answer = toText(await thread.saying(':x:'));
  expect(answer).toContain('没有找到图片链接列。现有的列：');
});
