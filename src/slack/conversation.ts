// What the listeners share: who Darkroom is in this workspace, and what it can reach.

import type { Rules } from '../config/rules.ts';
import type { Logger } from '../logger.ts';
import type { Clients } from './clients.ts';
import type { Desk } from './desk.ts';
import type { Identity } from './identity.ts';
import type { People } from './people.ts';
import type { ThreadMemory } from './thread-memory.ts';

export interface Conversation {
  readonly identity: Identity;
  readonly clients: Clients;
  readonly desk: Desk;
  readonly memory: ThreadMemory;
  readonly people: People;
  readonly rules: Rules;
  /** With its slash, such as "/batch". */
  readonly slashCommand: string;
  readonly log: Logger;
  /** Something was recorded that a thread should show at once. */
  onRecorded(): void;
}
