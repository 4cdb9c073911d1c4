// Who is in the simulated workspace: four people, the bot, two channels, and a direct message of each person with the bot.

export interface Person {
  id: string;
  name: string;
  realName: string;
  title: string;
  locale: string;
  isAdmin: boolean;
  isGuest: boolean;
  isBot: boolean;
}

export interface Channel {
  id: string;
  name: string;
  topic: string;
  kind: 'channel' | 'im';
  /** The person on the other side of a direct message with the bot. */
  person?: string;
  members: Set<string>;
}

export type PersonName = 'ada' | 'wei' | 'boss' | 'guest';

export interface Team {
  id: string;
  name: string;
  domain: string;
  appId: string;
  botId: string;
  people: Record<PersonName | 'bot', Person>;
  channels: { products: Channel; random: Channel; dm: Record<PersonName, Channel> };
}

const everyone: PersonName[] = ['ada', 'wei', 'boss', 'guest'];

/** Builds a fresh team; no two workspaces share state. */
export function createTeam(botName: string): Team {
  const people = createPeople(botName);
  const memberIds = everyone.map((name) => people[name].id);
  const dm = (name: PersonName, id: string): Channel => ({
    id,
    name: 'directmessage',
    topic: '',
    kind: 'im',
    person: people[name].id,
    members: new Set([people[name].id, people.bot.id]),
  });
  return {
    id: 'T00DARKRM1',
    name: 'Northlight Shop',
    domain: 'northlight-shop',
    appId: 'A00DARKRM1',
    botId: 'B00DARKRM1',
    people,
    channels: {
      products: {
        id: 'C00PRODUCT1',
        name: 'products',
        topic: 'New arrivals, photos and listings',
        kind: 'channel',
        members: new Set([...memberIds, people.bot.id]),
      },
      random: {
        id: 'C000RANDOM1',
        name: 'random',
        topic: 'Everything else',
        kind: 'channel',
        members: new Set(memberIds),
      },
      dm: {
        ada: dm('ada', 'D0000000ADA'),
        wei: dm('wei', 'D0000000WEI'),
        boss: dm('boss', 'D000000BOSS'),
        guest: dm('guest', 'D00000GUEST'),
      },
    },
  };
}

function person(id: string, name: string, more: Partial<Person>): Person {
  return {
    id,
    name,
    realName: name,
    title: '',
    locale: 'en-US',
    isAdmin: false,
    isGuest: false,
    isBot: false,
    ...more,
  };
}

function createPeople(botName: string): Team['people'] {
  return {
    ada: person('U000000ADA1', 'ada', { realName: 'Ada Reed', title: 'Shop operator' }),
    wei: person('U000000WEI1', 'wei', { realName: '王伟', title: '店铺运营', locale: 'zh-CN' }),
    boss: person('U00000BOSS1', 'boss', {
      realName: 'Bea Okafor',
      title: 'Team lead',
      isAdmin: true,
    }),
    guest: person('U0000GUEST1', 'guest', {
      realName: 'Gil Stone',
      title: 'Guest photographer',
      isGuest: true,
    }),
    bot: person('U00000BOT01', botName, { realName: 'Darkroom', title: 'App', isBot: true }),
  };
}

/** Every channel that exists, direct messages included. */
export function allChannels(team: Team): Channel[] {
  return [team.channels.products, team.channels.random, ...Object.values(team.channels.dm)];
}

/** Finds a person by id or by short name. */
export function findPerson(team: Team, idOrName: string): Person | undefined {
  return Object.values(team.people).find(({ id, name }) => id === idOrName || name === idOrName);
}

/** Finds a channel by id, or a public channel by its name with or without `#`. */
export function findChannel(team: Team, idOrName: string): Channel | undefined {
  const name = idOrName.replace(/^#/, '');
  return allChannels(team).find(
    (channel) => channel.id === idOrName || (channel.kind === 'channel' && channel.name === name),
  );
}
