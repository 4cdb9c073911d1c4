// Who people are, as far as it matters here: their language, and what they are in this workspace.

import { WebAPIPlatformError, type UsersInfoResponse, type WebClient } from '@slack/web-api';
import type { Logger } from '../logger.ts';
import { toLanguage, type Language } from '../batch/language.ts';

export interface Person {
  readonly language: Language;
  /** An admin or owner of the workspace. */
  readonly isAdmin: boolean;
  /** A stranger belongs to another workspace and is here by a shared channel. */
  readonly kind: 'member' | 'guest' | 'stranger';
}

export interface People {
  /** Never rejects: where Slack does not tell, the person speaks English and is nobody in particular. */
  read(user: string): Promise<Person>;
  /** For what depends on who it is: rejects while Slack does not answer. */
  identify(user: string): Promise<Person>;
}

export interface PeopleNeeds {
  readonly client: WebClient;
  readonly log: Logger;
  /** The workspace that Darkroom belongs to. */
  readonly team: string;
}

type Info = NonNullable<UsersInfoResponse['user']>;

const keepMs = 10 * 60_000;
const unknown: Person = { language: 'en', isAdmin: false, kind: 'stranger' };

/** Slack's words for people whom this workspace may not look up. */
const hidden: ReadonlySet<string> = new Set(['user_not_found', 'user_not_visible']);

async function ask({ client, team }: PeopleNeeds, user: string): Promise<Person> {
  try {
    const { user: info = {} } = await client.users.info({ user, include_locale: true });
    return {
      language: toLanguage(info.locale),
      isAdmin: info.is_admin === true || info.is_owner === true,
      kind: toKind(info, team),
    };
  } catch (error) {
    if (error instanceof WebAPIPlatformError && hidden.has(error.data.error)) return unknown;
    throw error;
  }
}

/** Of an Enterprise organisation, people count as members of each workspace that they are in. */
function toKind(info: Info, team: string): Person['kind'] {
  const teams = info.enterprise_user?.teams ?? [];
  const isHere = info.team_id === team || teams.includes(team);
  if (!isHere || info.is_stranger === true) return 'stranger';
  return info.is_restricted === true || info.is_ultra_restricted === true ? 'guest' : 'member';
}

/** Remembers each person for 10 minutes, failures not at all. */
export function createPeople(needs: PeopleNeeds): People {
  const known = new Map<string, { readonly person: Promise<Person>; readonly untilMs: number }>();
  const forgetOld = (nowMs: number): void => {
    for (const [user, entry] of known) if (entry.untilMs <= nowMs) known.delete(user);
  };
  const identify = async (user: string): Promise<Person> => {
    const nowMs = Date.now();
    forgetOld(nowMs);
    const entry = known.get(user) ?? { person: ask(needs, user), untilMs: nowMs + keepMs };
    known.set(user, entry);
    try {
      return await entry.person;
    } catch (error) {
      known.delete(user);
      throw error;
    }
  };
  return {
    identify,
    async read(user) {
      try {
        return await identify(user);
      } catch (error) {
        needs.log.warn({ err: error, user }, 'Slack does not tell who a person is');
        return unknown;
      }
    },
  };
}
