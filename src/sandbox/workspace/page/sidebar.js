// The top bar and the left column: where to look, and who to be.
import { h } from './dom.js';
import { renderAvatar } from './message.js';
import { say } from './words.js';

/** Draws the top bar. */
export function renderTop(state) {
  const key = state.isConnected ? 'connected' : 'waiting';
  return [
    h('span', { class: 'workspace-name' }, state.team.name),
    h('span', { class: 'note', 'data-testid': 'simulated-note' }, say('note')),
    h(
      'span',
      { class: `connection ${key}`, 'data-testid': 'connection', 'data-state': key },
      say(key),
    ),
  ];
}

/** Draws the left column; `go` is `{ toChannel, toPerson }`. */
export function renderSidebar(state, current, go) {
  const bot = state.people.find(({ isBot }) => isBot);
  const rooms = state.channels.filter(({ kind }) => kind === 'channel');
  const direct = state.channels.filter(({ kind }) => kind === 'im');
  const entry = (channel, content) =>
    h(
      'button',
      {
        class: `entry ${channel.id === current ? 'current' : ''}`,
        'data-testid': `channel-${channel.kind === 'im' ? 'dm' : channel.name}`,
        onclick: () => go.toChannel(channel.id),
      },
      content,
    );
  return [
    h('h2', {}, say('channels')),
    rooms.map((channel) => entry(channel, [h('span', { class: 'hash' }, '#'), channel.name])),
    h('h2', {}, say('apps')),
    direct.map((channel) => entry(channel, [renderAvatar(bot, 'tiny'), bot.realName])),
    h('div', { class: 'spacer' }),
    h('h2', {}, say('youAre')),
    state.people
      .filter(({ isBot }) => !isBot)
      .map((person) => renderPerson(person, person.id === state.me, go.toPerson)),
  ];
}

function renderPerson(person, isMe, toPerson) {
  return h(
    'button',
    {
      class: `entry person ${isMe ? 'current' : ''}`,
      'data-testid': `person-${person.name}`,
      'aria-pressed': isMe ? 'true' : 'false',
      onclick: () => toPerson(person.name),
    },
    renderAvatar(person, 'small'),
    h('span', {}, h('b', {}, person.realName), h('small', {}, person.title)),
  );
}
