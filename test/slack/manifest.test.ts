import { readFileSync } from 'node:fs';
import type { AppsManifestValidateArguments } from '@slack/web-api';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultEvents, defaultScopes } from '../../src/sandbox/workspace/world.ts';
import { runShortcut } from '../../src/slack/listeners/on-shortcut.ts';
import { neededScopes } from '../../src/slack/watch-access.ts';

type Manifest = Exclude<AppsManifestValidateArguments['manifest'], string>;
type BotScope = NonNullable<
  NonNullable<NonNullable<Manifest['oauth_config']>['scopes']>['bot']
>[number];
type BotEvent = NonNullable<
  NonNullable<NonNullable<Manifest['settings']>['event_subscriptions']>['bot_events']
>[number];

// The SDK's types know every name of a scope and an event; a misspelt one does not compile here.
const scopes: readonly BotScope[] = neededScopes;
const events: readonly BotEvent[] = [
  'app_mention',
  'member_joined_channel',
  'message.channels',
  'message.groups',
  'message.im',
  'message.mpim',
];

const root = `${import.meta.dirname}/../..`;
const schema: object = JSON.parse(
  readFileSync(`${root}/test/fixtures/manifest.schema.json`, 'utf8'),
);
const validate = new Ajv({ allErrors: true, formats: { uri: true } }).compile<Manifest>(schema);
const text = readFileSync(`${root}/manifest.yml`, 'utf8');

function problems(value: unknown): readonly string[] {
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('the manifest', () => {
  let manifest: Manifest;

  beforeAll(() => {
    manifest = parse(text);
  });

  it('has the shape that Slack publishes', () => {
    expect(problems(manifest)).toEqual([]);
  });

  it('is checked by a schema that sees unknown keys, long names and missing keys', () => {
    expect(problems({ ...manifest, colour: 'red' })).toHaveLength(1);
    expect(problems({ ...manifest, display_information: {} })).toHaveLength(1);
    expect(problems({ display_information: { name: 'n'.repeat(36) } })).toHaveLength(1);
  });

  it('asks for the scopes and events that the SDK knows, and for no others', () => {
    expect(manifest.oauth_config?.scopes?.bot?.toSorted()).toEqual(scopes);
    expect(manifest.settings?.event_subscriptions?.bot_events?.toSorted()).toEqual(events);
  });

  it('is what the local workspace grants, so that a missing scope shows in the tests', () => {
    expect(defaultScopes).toEqual(scopes);
    expect(defaultEvents).toEqual(events);
  });

  it('names the shortcut and the command that the bot listens to', () => {
    expect(manifest.features?.shortcuts?.[0]?.callback_id).toBe(runShortcut);
    expect(manifest.features?.slash_commands?.[0]?.command).toBe('/batch');
    expect(manifest.settings?.socket_mode_enabled).toBe(true);
  });

  it('becomes a valid manifest for HTTP mode as its comment says', () => {
    const http = text
      .replaceAll('# request_url:', 'request_url:')
      .replaceAll('# url:', 'url:')
      .replace('socket_mode_enabled: true', 'socket_mode_enabled: false');
    expect(http.match(/^\s*(?:request_)?url: https/gm)).toHaveLength(3);
    expect(problems(parse(http))).toEqual([]);
  });
});
