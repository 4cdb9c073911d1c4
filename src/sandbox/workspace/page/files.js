// File cards in messages, and the viewer that shows a table.
import { h } from './dom.js';
import { notify } from './dialogs.js';
import { renderAnchor } from './mrkdwn.js';
import { fileAddress } from './server.js';
import { decodeText, parseTable } from './table.js';
import { say, toSize } from './words.js';

const maxRows = 500;
const tables = new Set(['csv', 'tsv', 'text']);

/** The card of one file. */
export function renderFile(file) {
  if (file.mode === 'tombstone') {
    return h('div', { class: 'file gone' }, say('deleted'));
  }
  if (file.mimetype.startsWith('image/')) {
    return h('img', { class: 'picture', src: fileAddress(file.id), alt: file.title });
  }
  const isTable = tables.has(file.filetype);
  const open = () => void openViewer(file);
  const icon = { class: `file-icon ${isTable ? 'sheet' : ''}`, 'aria-hidden': 'true' };
  return h(
    'div',
    { class: 'file', 'data-testid': 'file', 'data-name': file.name },
    h('span', icon, isTable ? 'CSV' : ''),
    h(
      'span',
      { class: 'file-names' },
      h(
        'button',
        { class: 'file-name', title: file.name, onclick: open, disabled: !isTable },
        file.title ?? file.name,
      ),
      h('span', { class: 'file-actions' }, renderActions(file, isTable && open)),
    ),
  );
}

function renderActions(file, open) {
  const facts = `${(file.filetype || '…').toUpperCase()} · ${toSize(file.size)}`;
  return [
    h('span', { class: 'quiet' }, facts),
    open && h('button', { class: 'link', 'data-testid': 'file-open', onclick: open }, say('open')),
    h(
      'a',
      { 'data-testid': 'file-download', href: fileAddress(file.id), download: file.name },
      say('download'),
    ),
  ];
}

async function openViewer(file) {
  const response = await fetch(fileAddress(file.id));
  if (!response.ok) return notify(say('deleted'));
  const rows = parseTable(decodeText(await response.arrayBuffer()));
  const [head = [], ...body] = rows;
  const shown = body.slice(0, maxRows);
  const all = body.length;
  const count = all > maxRows ? say('firstRows', { n: maxRows, all }) : say('rows', { n: all });
  const dialog = h(
    'dialog',
    { class: 'viewer', 'data-testid': 'viewer', onclose: () => dialog.remove() },
    h(
      'header',
      {},
      h('b', {}, file.name),
      h('span', { class: 'quiet' }, count),
      h(
        'a',
        { class: 'button small', href: fileAddress(file.id), download: file.name },
        say('download'),
      ),
      h(
        'button',
        { class: 'button small', 'data-testid': 'viewer-close', onclick: () => dialog.close() },
        say('close'),
      ),
    ),
    h('div', { class: 'sheet-scroll' }, renderSheet(head, shown)),
  );
  document.body.append(dialog);
  dialog.showModal();
}

function renderSheet(head, rows) {
  const body = rows.map((row, index) => h('tr', {}, renderNumber(index + 2), row.map(renderCell)));
  return h(
    'table',
    {},
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        renderNumber(1),
        head.map((name) => h('th', {}, name)),
      ),
    ),
    h('tbody', {}, body),
  );
}

function renderCell(text) {
  return h('td', {}, text.startsWith('http') ? renderAnchor(text, text) : text);
}

/** The row number that a spreadsheet shows. */
function renderNumber(number) {
  return h('th', { class: 'number' }, String(number));
}
