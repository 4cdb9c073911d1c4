// auth.*, users.*, team.*, apps.*, reactions.*: who is here, and small signs.
import { flagArg, neededArg, type Args } from '../api-args.ts';
import { isEmojiName } from '../emoji.ts';
import { findPerson, type Person } from '../people.ts';
import { Refusal } from '../refusal.ts';
import type { Json } from '../json.ts';
import type { Message } from '../slack-objects.ts';
import type { World } from '../world.ts';
import { openChannel, type Method, namedMessage } from './method.ts';

export const teamMethods: Record<string, Method> = {
  'auth.test': { scopes: [], tier: 600, run: authTest },
  'team.info': { scopes: ['team:read'], tier: 50, run: teamInfo },
  'users.info': { scopes: ['users:read'], tier: 100, run: userInfo },
  'apps.connections.open': { scopes: [], tier: 50, token: 'app', run: openConnection },
  'reactions.add': { scopes: ['reactions:write'], tier: 50, run: addReaction },
  'reactions.remove': { scopes: ['reactions:write'], tier: 50, run: removeReaction },
};

function authTest(world: World): Json {
  const { team } = world;
  return {
    url: `${world.baseUrl()}/`,
    team: team.name,
    user: team.people.bot.name,
    team_id: team.id,
    user_id: team.people.bot.id,
    bot_id: team.botId,
    is_enterprise_install: false,
  };
}

function teamInfo(world: World): Json {
  const { id, name, domain } = world.team;
  return { team: { id, name, domain, email_domain: '', icon: {} } };
}

function userInfo(world: World, args: Args): Json {
  const person = findPerson(world.team, neededArg(args, 'user', 'user_not_found'));
  if (!person || person.id !== args['user']) throw new Refusal('user_not_found');
  return { user: showPerson(world, person, flagArg(args, 'include_locale')) };
}

function showPerson(world: World, person: Person, withLocale: boolean): Json {
  const isZh = person.locale === 'zh-CN';
  return {
    id: person.id,
    team_id: person.foreignTeam ?? world.team.id,
    name: person.name,
    real_name: person.realName,
    deleted: false,
    tz: isZh ? 'Asia/Shanghai' : 'Europe/London',
    tz_offset: isZh ? 28_800 : 0,
    profile: { real_name: person.realName, display_name: person.name, title: person.title },
    is_admin: person.isAdmin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: person.isGuest,
    is_ultra_restricted: person.isGuest,
    ...(person.foreignTeam !== undefined && { is_stranger: true }),
    is_bot: person.isBot,
    is_app_user: false,
    updated: 0,
    // Slack does not tell it of people of other workspaces.
    ...(withLocale && person.foreignTeam === undefined && { locale: person.locale }),
  };
}

function openConnection(world: World): Json {
  if (world.settings.mode !== 'socket') throw new Refusal('socket_mode_not_enabled');
  const path = world.socket.issueTicket();
  if (path === undefined) throw new Refusal('too_many_websockets');
  return { url: `${world.baseUrl().replace('http', 'ws')}${path}` };
}

function reactionTarget(world: World, args: Args): { message: Message; name: string } {
  const name = neededArg(args, 'name', 'invalid_name');
  if (!isEmojiName(name)) throw new Refusal('invalid_name');
  const channel = openChannel(world, args);
  const ts = neededArg(args, 'timestamp', 'no_item_specified');
  return { message: namedMessage(world, { channel, ts }), name };
}

function addReaction(world: World, args: Args): Json {
  const { message, name } = reactionTarget(world, args);
  react(world, message, { name, user: world.team.people.bot.id });
  return {};
}

/** Adds a person's reaction; refuses `already_reacted`. */
export function react(
  world: World,
  message: Message,
  { name, user }: { name: string; user: string },
): void {
  const reactions = message.reactions ?? [];
  const found = reactions.find((reaction) => reaction.name === name);
  if (found?.users.includes(user)) throw new Refusal('already_reacted');
  if (found) found.users.push(user);
  else reactions.push({ name, users: [user], count: 0 });
  for (const reaction of reactions) reaction.count = reaction.users.length;
  message.reactions = reactions;
  world.store.put(message);
}

function removeReaction(world: World, args: Args): Json {
  const { message, name } = reactionTarget(world, args);
  const bot = world.team.people.bot.id;
  const found = message.reactions?.find((reaction) => reaction.name === name);
  if (!found?.users.includes(bot)) throw new Refusal('no_reaction');
  found.users = found.users.filter((user) => user !== bot);
  found.count = found.users.length;
  message.reactions = (message.reactions ?? []).filter(({ count }) => count > 0);
  if (message.reactions.length === 0) delete message.reactions;
  world.store.put(message);
  return {};
}
