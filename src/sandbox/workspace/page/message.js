// One message as Slack draws it: who, when, text or blocks, files, reactions, thread, and its menu.
import { renderBlocks } from './blocks.js';
import { confirmFirst, notify } from './dialogs.js';
import { h } from './dom.js';
import { renderFile } from './files.js';
import { renderMrkdwn, toEmoji } from './mrkdwn.js';
import { act } from './server.js';
import { say, toTime } from './words.js';

/** A row for a message; `context` is `{ state, openThread, isInThread }`. */
export function renderMessage(message, context) {
  const { people } = context.state;
  const person = people.find(({ id }) => id === message.user);
  return h(
    'article',
    {
      class: `message ${message.isEphemeral ? 'ephemeral' : ''}`,
      'data-testid': 'message',
      'data-ts': message.ts,
    },
    renderAvatar(person),
    h(
      'div',
      { class: 'body' },
      message.isEphemeral && h('div', { class: 'only-you' }, say('onlyYou')),
      renderByline(person, message),
      h('div', { class: 'content' }, renderContent(message, context)),
      (message.files ?? []).map((file) => renderFile(file)),
      renderReactions(message.reactions ?? [], people),
      renderThreadLink(message, context),
    ),
    message.isEphemeral ? undefined : renderMenu(message, context),
  );
}

/** A person's picture: initials on a colour, or the app's mark. */
export function renderAvatar(person, size = '') {
  const name = person?.realName ?? '?';
  const initials = /[\u4e00-\u9fff]/.test(name)
    ? name.slice(-1)
    : name
        .split(' ')
        .map(([first]) => first)
        .join('')
        .slice(0, 2);
  const kind = person?.isBot ? 'bot' : `tone-${person?.name}`;
  return h(
    'span',
    { class: `avatar ${kind} ${size}`, 'aria-hidden': 'true' },
    person?.isBot ? '' : initials,
  );
}

function renderByline(person, { ts }) {
  return h(
    'div',
    { class: 'byline' },
    h('b', {}, person?.realName ?? '?'),
    person?.isBot && h('span', { class: 'badge' }, say('app')),
    h('time', {}, toTime(ts)),
  );
}

function renderContent(message, context) {
  const { people } = context.state;
  if (message.blocks?.length > 0 && message.blocks[0].type !== undefined) {
    return renderBlocks(message.blocks, { people, press: presser(message, context) });
  }
  const text = renderMrkdwn(message.text, people);
  const edited = message.edited ? h('span', { class: 'quiet' }, ` ${say('edited')}`) : undefined;
  return message.text === '' ? [] : [h('div', { class: 'text' }, text, edited)];
}

function presser(message, { state }) {
  return async (element, value = element.value) => {
    if (element.confirm && !(await confirmFirst(element.confirm, state.people))) return;
    if (element.url) window.open(element.url, '_blank', 'noreferrer');
    const { channel, ts: messageTs } = message;
    const asked = { user: state.me, channel, messageTs, actionId: element.action_id, value };
    await act('click', asked).catch((error) => notify(error.message));
  };
}

function renderReactions(reactions, people) {
  if (reactions.length === 0) return undefined;
  return h(
    'div',
    { class: 'reactions' },
    reactions.map(({ name, users, count }) => {
      const names = users.map((id) => people.find((one) => one.id === id)?.realName ?? id);
      const title = `${names.join(', ')} :${name}:`;
      return h(
        'span',
        { class: 'reaction', 'data-testid': `reaction-${name}`, title },
        `${toEmoji(name)} ${count}`,
      );
    }),
  );
}

function renderThreadLink({ ts, replyCount, lastReply, replyUsers = [] }, context) {
  if (context.isInThread || !replyCount) return undefined;
  const { people } = context.state;
  const label = replyCount === 1 ? say('reply1') : say('replies', { n: replyCount });
  return h(
    'button',
    { class: 'thread-link', 'data-testid': 'open-thread', onclick: () => context.openThread(ts) },
    replyUsers.map((id) =>
      renderAvatar(
        people.find((one) => one.id === id),
        'tiny',
      ),
    ),
    h('b', {}, label),
    h('span', { class: 'quiet' }, say('lastReply', { time: toTime(lastReply) })),
  );
}

function renderMenu(message, context) {
  const { state } = context;
  const use = (callbackId) => {
    const asked = { user: state.me, channel: message.channel, messageTs: message.ts, callbackId };
    act('shortcut', asked).catch((error) => notify(error.message));
  };
  return h(
    'div',
    { class: 'hover-menu' },
    !context.isInThread &&
      h(
        'button',
        {
          title: say('replyInThread'),
          'aria-label': say('replyInThread'),
          'data-testid': 'reply',
          onclick: () => context.openThread(message.ts),
        },
        h('span', { class: 'icon-reply' }),
      ),
    state.shortcuts.length > 0 &&
      h(
        'details',
        {},
        h('summary', { title: say('more'), 'data-testid': 'more' }, '⋮'),
        h(
          'div',
          { class: 'menu' },
          state.shortcuts.map(({ name, callbackId }) =>
            h(
              'button',
              { 'data-testid': `shortcut-${callbackId}`, onclick: () => use(callbackId) },
              name,
            ),
          ),
        ),
      ),
  );
}
