// What one person sees when the page opens.
import type { Json } from './json.ts';
import { allChannels, type Channel, findPerson, type Person } from './people.ts';
import type { World } from './world.ts';

/** The channels that a person can look at. */
export function channelsOf(world: World, person: Person): Channel[] {
  return allChannels(world.team).filter(({ members }) => members.has(person.id));
}

/** Everything for the page of one person (an id or a short name; unknown ones see what Ada sees). */
export function buildPageState(world: World, user: string): Json {
  const { team, store, settings } = world;
  const me = findPerson(team, user) ?? team.people.ada;
  const channels = channelsOf(world, me);
  return {
    team: { id: team.id, name: team.name },
    me: me.id,
    bot: team.people.bot.id,
    people: Object.values(team.people),
    channels: channels.map((channel) => showChannel(world, channel)),
    messages: channels.flatMap(({ id }) => store.messages(id)),
    ephemerals: store.ephemerals.filter((one) => one.user === me.id),
    modal: store.modals.get(me.id)?.at(-1) ?? null,
    home: store.homes.get(me.id) ?? null,
    commands: settings.commands,
    shortcuts: settings.shortcuts,
    samples: Object.keys(settings.samples),
    isConnected: settings.mode === 'http' || world.socket.isOpen(),
  };
}

function showChannel(world: World, { id, name, topic, kind, members }: Channel): Json {
  const hasBot = members.has(world.team.people.bot.id);
  return { id, name, topic, kind, hasBot, memberCount: members.size };
}
