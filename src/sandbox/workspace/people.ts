// Who is in the simulated workspace: four people, one of another workspace, the bot, three channels, and a direct message
// of each person with the bot.

export interface Person {
  id: string;
  name: string;
  realName: string;
  title: string;
  locale: string;
  isAdmin: boolean;
  isGuest: boolean;
  /** The other workspace that the person belongs to; met in a channel that both share. */
  foreignTeam?: string;
  isBot: boolean;
}

export interface Channel {
  id: string;
  name: string;
  topic: string;
  kind: 'channel' | 'im';
  /** Shared with another organisation (Slack Connect). */
  isShared?: boolean;
  /** Nothing is written there any more. */
  isArchived?: boolean;
  /** The person on the other side of a direct message with the bot. */
  person?: string;
  members: Set<string>;
}

export type PersonName = 'ada' | 'wei' | 'boss' | 'guest' | 'partner';

export interface Team {
  id: string;
  name: string;
  domain: string;
  appId: string;
  botId: string;
  people: Record<PersonName | 'bot', Person>;
  channels: {
    products: Channel;
    random: Channel;
    partners: Channel;
    dm: Record<PersonName, Channel>;
  };
}

const everyone: PersonName[] = ['ada', 'wei', 'boss', 'guest'];

/** Builds a fresh team; no two workspaces share state. */
export function createTeam(botName: string): Team {
  const people = createPeople(botName);
  return {
    id: 'T00DARKRM1',
    name: 'Northlight Shop',
    domain: 'northlight-shop',
    appId: 'A00DARKRM1',
    botId: 'B00DARKRM1',
    people,
    channels: createChannels(people),
  };
}

function createChannels(people: Team['people']): Team['channels'] {
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
    partners: {
      id: 'C00PARTNERS',
      name: 'partners',
      topic: 'With Lumen Studio',
      kind: 'channel',
      isShared: true,
      members: new Set([people.ada.id, people.boss.id, people.partner.id]),
    },
    dm: {
      ada: dm('ada', 'D0000000ADA'),
      wei: dm('wei', 'D0000000WEI'),
      boss: dm('boss', 'D000000BOSS'),
      guest: dm('guest', 'D00000GUEST'),
      partner: dm('partner', 'D00PARTNER'),
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
    partner: person('U0PARTNER1', 'partner', {
      realName: 'Pia Lumen',
      title: 'Photographer, Lumen Studio',
      foreignTeam: 'T000LUMEN01',
    }),
    bot: person('U00000BOT01', botName, { realName: 'Darkroom', title: 'App', isBot: true }),
  };
}

/** Every channel that exists, direct messages included. */
export function allChannels(team: Team): Channel[] {
  const { products, random, partners, dm } = team.channels;
  return [products, random, partners, ...Object.values(dm)];
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
