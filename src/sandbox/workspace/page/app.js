// The page: keeps what one person sees, follows the changes, and draws the three columns.
import { Composer } from './composer.js';
import { notify, showModal } from './dialogs.js';
import { renderBlocks } from './blocks.js';
import { h, syncRows } from './dom.js';
import { renderMessage } from './message.js';
import { act, listen, readState } from './server.js';
import { renderSidebar, renderTop } from './sidebar.js';
import { say, speak } from './words.js';

const find = (id) => document.querySelector(id);
const isReply = ({ thread_ts, ts }) => thread_ts !== undefined && thread_ts !== ts;

let state;
let stopListening = () => {};
/** What is open: a channel, perhaps a thread in it, and in the app's own channel its Home. */
const view = { channel: undefined, thread: undefined, isHome: false };
const composers = { channel: undefined, thread: undefined };

async function become(user) {
  stopListening();
  localStorage.setItem('user', user);
  await load(user);
  stopListening = listen(user, onChange, () => void load(user));
  openChannel(view.channel);
}

async function load(user) {
  state = await readState(user);
  speak(state.people.find(({ id }) => id === state.me).locale);
  if (composers.channel) draw();
}

function onChange(change) {
  if (change.kind === 'state') state = change.state;
  if (change.kind === 'message') put(state.messages, change.message);
  if (change.kind === 'ephemeral') put(state.ephemerals, change.ephemeral);
  if (change.kind === 'removed') state.messages = without(state.messages, change.ts);
  if (change.kind === 'ephemeral-removed') state.ephemerals = without(state.ephemerals, change.ts);
  draw();
}

function without(list, ts) {
  return list.filter((one) => one.ts !== ts);
}

function put(list, item) {
  const at = list.findIndex(({ ts }) => ts === item.ts);
  if (at >= 0) list[at] = item;
  else list.push(item);
}

function openChannel(id) {
  const { channels } = state;
  const channel = channels.find((one) => one.id === id) ?? channels[0];
  if (channel.id !== view.channel) view.thread = undefined;
  Object.assign(view, { channel: channel.id, isHome: false });
  const place = channel.kind === 'im' ? 'Darkroom' : `#${channel.name}`;
  const list = h('div', { class: 'messages', 'data-testid': 'messages' });
  composers.channel = new Composer({
    placeholder: say('message', { place }),
    commands: state.commands,
    samples: state.samples,
    target: { user: state.me, channel: channel.id },
  });
  find('#channel').replaceChildren(h('header'), list, composers.channel.node);
  openThread(view.thread);
}

function openThread(ts) {
  view.thread = ts;
  const pane = find('#thread');
  pane.hidden = ts === undefined;
  if (ts !== undefined) {
    composers.thread = new Composer({
      placeholder: say('reply'),
      commands: state.commands,
      samples: [],
      target: { user: state.me, channel: view.channel, threadTs: ts },
    });
    const close = h(
      'button',
      {
        class: 'plain',
        'aria-label': say('close'),
        'data-testid': 'thread-close',
        onclick: () => openThread(undefined),
      },
      '×',
    );
    pane.replaceChildren(
      h('header', {}, h('b', {}, say('thread')), h('span', { class: 'quiet' }), close),
      h('div', { class: 'messages', 'data-testid': 'thread-messages' }),
      composers.thread.node,
    );
  }
  draw();
}

function draw() {
  const channel = state.channels.find(({ id }) => id === view.channel);
  find('#top').replaceChildren(...renderTop(state));
  find('#sidebar').replaceChildren(
    ...renderSidebar(state, view.channel, { toChannel: openChannel, toPerson: become }).flat(),
  );
  find('#channel > header').replaceChildren(...renderChannelHead(channel).flat());
  drawRows(find('#channel .messages'), topLevel(), false);
  if (view.thread !== undefined) {
    find('#thread header .quiet').textContent = channel.kind === 'im' ? '' : `# ${channel.name}`;
    drawRows(find('#thread .messages'), inThread(view.thread), true);
  }
  showModal(state.modal, state);
}

function renderChannelHead(channel) {
  if (channel.kind === 'im') return [h('b', {}, 'Darkroom'), renderTabs()];
  return [
    h('b', {}, `# ${channel.name}`),
    h('span', { class: 'quiet' }, channel.topic),
    h('span', { class: 'members quiet' }, say('members', { n: channel.memberCount })),
    channel.hasBot ? [] : h('div', { class: 'not-here' }, say('notHere'), renderInvite(channel)),
  ];
}

function renderInvite(channel) {
  const invite = () => {
    const asked = { user: state.me, channel: channel.id };
    act('invite', asked).catch((error) => notify(error.message));
  };
  return h(
    'button',
    { class: 'button primary small', 'data-testid': 'invite', onclick: invite },
    say('invite'),
  );
}

function renderTabs() {
  return h('span', { class: 'tabs' }, renderTab('messages', false), renderTab('home', true));
}

function renderTab(name, isHome) {
  const open = () => {
    view.isHome = isHome;
    const asked = { user: state.me, tab: name };
    act('open-home', asked).catch((error) => notify(error.message));
    draw();
  };
  const current = view.isHome === isHome ? 'current' : '';
  const tab = { class: `tab ${current}`, 'data-testid': `tab-${name}`, onclick: open };
  return h('button', tab, say(name));
}

function here(list) {
  return list.filter(({ channel }) => channel === view.channel);
}

function withReplies(message) {
  const replies = here(state.messages).filter(
    (one) => isReply(one) && one.thread_ts === message.ts,
  );
  return {
    ...message,
    replyCount: replies.length,
    lastReply: replies.at(-1)?.ts,
    replyUsers: [...new Set(replies.map(({ user }) => user))].slice(0, 3),
  };
}

function asMessage(ephemeral) {
  return { ...ephemeral, user: state.bot, isEphemeral: true };
}

function byTime(a, b) {
  return Number(a.ts) - Number(b.ts);
}

function topLevel() {
  const messages = here(state.messages)
    .filter((one) => !isReply(one) || one.subtype === 'thread_broadcast')
    .map(withReplies);
  const own = here(state.ephemerals).filter((one) => !isReply(one));
  return [...messages, ...own.map(asMessage)].toSorted(byTime);
}

function inThread(ts) {
  const belongs = (one) => one.ts === ts || one.thread_ts === ts;
  const own = here(state.ephemerals).filter((one) => one.thread_ts === ts);
  return [...here(state.messages).filter(belongs), ...own.map(asMessage)].toSorted(byTime);
}

function drawRows(list, items, isInThread) {
  const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const context = { state, openThread, isInThread };
  const rows = view.isHome && !isInThread ? [homeItem()] : items;
  syncRows(list, rows.length > 0 ? rows : [{ ts: 'empty' }], {
    keyOf: ({ ts }) => ts,
    build: (item) => {
      if (item.ts === 'empty') return h('p', { class: 'empty' }, say('empty'));
      return item.ts === 'home' ? renderHome(item) : renderMessage(item, context);
    },
  });
  if (wasAtEnd) list.scrollTop = list.scrollHeight;
}

function homeItem() {
  return { ts: 'home', home: state.home };
}

function renderHome({ home }) {
  if (!home) return h('p', { class: 'empty' }, say('homeEmpty'));
  const context = { people: state.people, press: () => {} };
  return h('section', { class: 'home', 'data-testid': 'home' }, renderBlocks(home.blocks, context));
}

function watchDrops() {
  const hint = find('#drop-hint');
  document.addEventListener('dragover', (event) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    const channel = state.channels.find(({ id }) => id === view.channel);
    const place = channel.kind === 'im' ? 'Darkroom' : `#${channel.name}`;
    hint.textContent = say('dropHint', { place });
    hint.hidden = false;
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) hint.hidden = true;
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    hint.hidden = true;
    const pane = event.target.closest?.('#thread') ? 'thread' : 'channel';
    composers[pane].attach([...event.dataTransfer.files]);
  });
}

/** An address that chat.getPermalink gave leads to its message. */
function readPermalink() {
  const [, channel, digits] = /^\/archives\/(\w+)\/p(\d+)/.exec(location.pathname) ?? [];
  if (channel === undefined) return;
  const ts = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  const thread = new URLSearchParams(location.search).get('thread_ts') ?? ts;
  Object.assign(view, { channel, thread });
}

readPermalink();
watchDrops();
const asked = new URLSearchParams(location.search).get('user');
await become(asked ?? localStorage.getItem('user') ?? 'ada');
