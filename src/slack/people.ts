// Who people are, as far as it matters here: their language, and whether they may stop others' work.

import type { WebClient } from '@slack/web-api';
import type { Logger } from '../logger.ts';
import { toLanguage, type Language } from '../batch/language.ts';

export interface Person {
  readonly language: Language;
  /** An admin or owner of the workspace. */
  readonly isAdmin: boolean;
}

export interface People {
  /** Never rejects: where Slack does not tell, the person speaks English and is no admin. */
  read(user: string): Promise<Person>;
}

const keepMs = 10 * 60_000;
const unknown: Person = { language: 'en', isAdmin: false };

async function ask(client: WebClient, user: string): Promise<Person> {
  const { user: info } = await client.users.info({ user, include_locale: true });
  return {
    language: toLanguage(info?.locale),
    isAdmin: info?.is_admin === true || info?.is_owner === true,
  };
}

/** Remembers each person for 10 minutes, failures not at all. */
export function createPeople(client: WebClient, log: Logger): People {
  const known = new Map<string, { readonly person: Promise<Person>; readonly untilMs: number }>();
  const forgetOld = (nowMs: number): void => {
    for (const [user, entry] of known) if (entry.untilMs <= nowMs) known.delete(user);
  };
  return {
    async read(user) {
      const nowMs = Date.now();
      forgetOld(nowMs);
      const entry = known.get(user) ?? { person: ask(client, user), untilMs: nowMs + keepMs };
      known.set(user, entry);
      try {
        return await entry.person;
      } catch (error) {
        known.delete(user);
        log.warn({ err: error, user }, 'Slack does not tell who a person is');
        return unknown;
      }
    },
  };
}
