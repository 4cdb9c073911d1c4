// views.*: modals and the app's Home.
import { randomBytes } from 'node:crypto';
import { neededArg, textArg, type Args } from '../api-args.ts';
import { checkView } from '../check-view.ts';
import { Refusal } from '../refusal.ts';
import type { Json } from '../json.ts';
import type { View } from '../slack-objects.ts';
import type { World } from '../world.ts';
import type { Method } from './method.ts';

const maxStack = 3;

export const viewMethods: Record<string, Method> = {
  'views.open': { scopes: [], tier: 100, run: open },
  'views.push': { scopes: [], tier: 100, run: push },
  'views.update': { scopes: [], tier: 100, run: update },
  'views.publish': { scopes: [], tier: 100, run: publish },
};

/** A checked view with the ids that Slack adds. */
export function buildView(world: World, value: unknown, previous?: View): View {
  const checked = checkView(value);
  return {
    ...checked,
    id: previous?.id ?? world.store.nextId('V'),
    root_view_id: previous?.['root_view_id'] ?? null,
    previous_view_id: previous?.['previous_view_id'] ?? null,
    team_id: world.team.id,
    app_id: world.team.appId,
    bot_id: world.team.botId,
    hash: `${Date.now()}.${randomBytes(4).toString('hex')}`,
    state: previous?.state ?? { values: {} },
  };
}

function triggeredBy(world: World, args: Args): string {
  return world.triggers.use(neededArg(args, 'trigger_id', 'invalid_arguments'));
}

function open(world: World, args: Args): Json {
  const view = buildView(world, args['view']);
  world.store.setModals(triggeredBy(world, args), [view]);
  return { view };
}

function push(world: World, args: Args): Json {
  const view = buildView(world, args['view']);
  const user = triggeredBy(world, args);
  const stack = world.store.modals.get(user) ?? [];
  if (stack.length >= maxStack) throw new Refusal('push_limit_reached');
  view['previous_view_id'] = stack.at(-1)?.id ?? null;
  world.store.setModals(user, [...stack, view]);
  return { view };
}

function update(world: World, args: Args): Json {
  const id = textArg(args, 'view_id');
  const externalId = textArg(args, 'external_id');
  for (const [user, stack] of world.store.modals) {
    const at = stack.findIndex((view) =>
      id === undefined ? view.external_id === externalId : view.id === id,
    );
    const previous = stack[at];
    if (!previous) continue;
    checkHash(args, previous);
    const view = buildView(world, args['view'], previous);
    world.store.setModals(user, stack.with(at, view));
    return { view };
  }
  throw new Refusal('not_found');
}

function publish(world: World, args: Args): Json {
  const user = neededArg(args, 'user_id', 'invalid_arguments');
  const previous = world.store.homes.get(user);
  if (previous) checkHash(args, previous);
  const view = buildView(world, args['view'], previous);
  if (view.type !== 'home') throw new Refusal('invalid_arguments');
  world.store.homes.set(user, view);
  world.store.changed({ kind: 'view', user, view: world.store.modals.get(user)?.at(-1) });
  return { view };
}

function checkHash(args: Args, previous: View): void {
  const hash = textArg(args, 'hash');
  if (hash !== undefined && hash !== previous.hash) throw new Refusal('hash_conflict');
}
