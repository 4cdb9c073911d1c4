// Tells open pages what changed, as server-sent events; each page hears only what its person may see.
import type { ServerResponse } from 'node:http';
import type { Json } from './json.ts';
import { buildPageState, channelsOf } from './page-state.ts';
import { findPerson, type Person } from './people.ts';
import type { Change } from './store.ts';
import type { World } from './world.ts';

interface Listener {
  person: Person;
  response: ServerResponse;
}

export interface LiveFeed {
  open(user: string, response: ServerResponse): void;
  close(): void;
}

/** Creates the feed; `close` ends every open stream. */
export function createLiveFeed(world: World): LiveFeed {
  const listeners = new Set<Listener>();
  const stop = world.store.onChange((change) => {
    for (const listener of listeners) {
      const shown = showChange(world, listener.person, change);
      if (shown) listener.response.write(`data: ${JSON.stringify(shown)}\n\n`);
    }
  });
  return {
    open(user, response) {
      const listener = { person: findPerson(world.team, user) ?? world.team.people.ada, response };
      listeners.add(listener);
      response.on('close', () => listeners.delete(listener));
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      response.write('retry: 500\n\n');
    },
    close() {
      stop();
      for (const { response } of listeners) response.end();
    },
  };
}

function showChange(world: World, person: Person, change: Change): Json | undefined {
  if ('channel' in change) return showMessageChange(world, person, change);
  if ('user' in change && change.kind !== 'view') {
    return change.user === person.id ? { ...change } : undefined;
  }
  const isForState = ['view', 'channels', 'connection'].includes(change.kind);
  return isForState ? { kind: 'state', state: buildPageState(world, person.id) } : undefined;
}

function showMessageChange(
  world: World,
  person: Person,
  change: Change & { channel: string },
): Json | undefined {
  const canSee = channelsOf(world, person).some(({ id }) => id === change.channel);
  return canSee ? { ...change } : undefined;
}
