// Slack's mrkdwn as nodes, by Slack's rules: one star is bold, and a mark counts only at the edge of a word. Chinese
// characters are letters too, so a mark between two of them shows as it is.
import { h } from './dom.js';

const emoji = await fetch('/page/emoji.json').then((response) => response.json());

const edge = String.raw`(?<![\p{L}\p{N}])`;
const end = String.raw`(?![\p{L}\p{N}])`;
const marked = (mark) => String.raw`${edge}${mark}(?=\S)((?:(?!${mark}|\n).)*?\S)${mark}${end}`;
const inline = new RegExp(
  [
    '```\\n?([\\s\\S]+?)\\n?```',
    '`([^`\\n]+)`',
    '<([^<>\\n]+)>',
    ':([a-z0-9_+-]+):',
    marked(String.raw`\*`),
    marked('_'),
    marked('~'),
  ].join('|'),
  'gu',
);

/** Text as Slack stores it, with its entities read. */
function plain(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Emoji names in plain text. */
export function withEmoji(text) {
  return text.replaceAll(/:([a-z0-9_+-]+):/g, (found, name) => emoji[name] ?? found);
}

/** The character of a reaction. */
export function toEmoji(name) {
  return emoji[name] ?? `:${name}:`;
}

/** Nodes for mrkdwn text; `people` is a list of persons for mentions. */
export function renderMrkdwn(text, people) {
  const nodes = [];
  const groups = text.split('\n').reduce((list, line) => {
    const content = line.replace(/^(?:&gt;|>) ?/, '');
    const isQuote = content !== line;
    const last = list.at(-1);
    if (last && last.isQuote === isQuote) last.lines.push(content);
    else list.push({ isQuote, lines: [content] });
    return list;
  }, []);
  for (const { isQuote, lines } of groups) {
    const content = renderInline(lines.join('\n'), people);
    nodes.push(isQuote ? h('blockquote', {}, content) : content);
  }
  return nodes.flat();
}

function renderInline(text, people) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(inline)) {
    nodes.push(plain(text.slice(done, match.index)), renderMatch(match, people));
    done = match.index + match[0].length;
  }
  nodes.push(plain(text.slice(done)));
  return nodes.filter((node) => node !== '');
}

function renderMatch([found, block, code, link, name, ...styled], people) {
  if (block !== undefined) return h('pre', {}, plain(block));
  if (code !== undefined) return h('code', {}, plain(code));
  if (link !== undefined) return renderLink(link, people);
  if (name !== undefined) return emoji[name] ?? found;
  const at = styled.findIndex((one) => one !== undefined);
  return h(['b', 'i', 's'][at], {}, renderInline(styled[at], people));
}

function renderLink(link, people) {
  const [target, label] = link.split('|');
  if (target.startsWith('@')) {
    const person = people.find(({ id }) => id === target.slice(1));
    return renderMention(`@${label ?? person?.name ?? target.slice(1)}`);
  }
  if (target.startsWith('!date')) return plain(label ?? '');
  if (/^[!#]/.test(target)) return renderMention(label ?? target.replace('!', '@'));
  return renderAnchor(target, plain(label ?? target));
}

function renderMention(name) {
  return h('span', { class: 'mention' }, name);
}

/** A link that opens in its own tab; only web and mail addresses become links. */
export function renderAnchor(target, label) {
  const address = plain(target);
  if (!/^(https?:|mailto:)/.test(address)) return label;
  return h('a', { href: address, target: '_blank', rel: 'noreferrer' }, label);
}
