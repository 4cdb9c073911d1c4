// rich_text and markdown blocks.
import { h } from './dom.js';
import { renderAnchor, toEmoji } from './mrkdwn.js';

/** One rich_text block. */
export function renderRichText({ elements }, people) {
  return h(
    'div',
    { class: 'rich' },
    elements.map((part) => renderPart(part, people)),
  );
}

function renderPart({ type, elements, style, indent }, people) {
  if (type === 'rich_text_list') {
    const items = elements.map((item) => h('li', {}, renderRuns(item.elements, people)));
    return h(style === 'ordered' ? 'ol' : 'ul', { class: `indent-${indent ?? 0}` }, items);
  }
  const tags = { rich_text_quote: 'blockquote', rich_text_preformatted: 'pre' };
  return h(tags[type] ?? 'p', {}, renderRuns(elements, people));
}

function renderRuns(runs, people) {
  return runs.map((run) => styled(renderRun(run, people), run.style ?? {}));
}

function renderRun(run, people) {
  if (run.type === 'link') return renderAnchor(run.url, run.text ?? run.url);
  if (run.type === 'emoji') return toEmoji(run.name);
  if (run.type === 'user') {
    const person = people.find(({ id }) => id === run.user_id);
    return h('span', { class: 'mention' }, `@${person?.name ?? run.user_id}`);
  }
  return run.text ?? '';
}

function styled(node, style) {
  const tags = { code: 'code', bold: 'b', italic: 'i', strike: 's' };
  return Object.entries(tags).reduce(
    (inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner),
    node,
  );
}

/** A markdown block: headings, lists, quotes, bold, italic, code and links. */
export function renderMarkdown({ text }) {
  const lines = text.split('\n').map((line) => {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (heading) return h('h4', {}, renderSpans(heading[2]));
    const item = /^\s*(?:[-*]|(\d+)\.)\s+(.*)$/.exec(line);
    if (item)
      return h('div', { class: 'item' }, item[1] ? `${item[1]}. ` : '• ', renderSpans(item[2]));
    if (line.startsWith('> ')) return h('blockquote', {}, renderSpans(line.slice(2)));
    return h('div', { class: 'line' }, renderSpans(line));
  });
  return h('div', { class: 'rich' }, lines);
}

function renderSpans(text) {
  const pattern = /`([^`]+)`|\*\*(.+?)\*\*|\*(.+?)\*|\[([^\]]+)\]\(([^)\s]+)\)|:([a-z0-9_+-]+):/g;
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const [found, code, bold, italic, label, target, name] = match;
    nodes.push(text.slice(done, match.index));
    if (code) nodes.push(h('code', {}, code));
    else if (bold) nodes.push(h('b', {}, renderSpans(bold)));
    else if (italic) nodes.push(h('i', {}, renderSpans(italic)));
    else nodes.push(label ? renderAnchor(target, label) : toEmoji(name));
    done = match.index + found.length;
  }
  return [...nodes, text.slice(done)];
}
