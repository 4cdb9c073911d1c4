import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError, readConfig, readEngineConfig } from '../src/config.ts';
import { secretVariables, variables } from '../src/config/variables.ts';

const complete = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_APP_TOKEN: 'xapp-1',
  REDIS_URL: 'redis://localhost:6379/0',
  VLLM_URL: 'http://localhost:8000',
};

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('needs only the tokens, Redis and the model server; everything else has a default', () => {
    const config = readConfig(complete);
    expect(config).toMatchObject({
      keyPrefix: 'darkroom:',
      maxRows: 1_000_000,
      maxImagesPerRow: 4,
      role: 'both',
      model: { urls: ['http://localhost:8000'], timeoutMs: 120_000 },
      slack: { mode: 'socket', slashCommand: '/batch' },
      ops: { host: '127.0.0.1', port: 9464 },
    });
  });

  it('cannot be changed once read', () => {
    const config = readConfig(complete);
    expect(() => Object.assign(config.model, { maxInFlight: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.model.urls, { 1: 'http://other' })).toThrow(TypeError);
  });

  it('says who may do what, and how much, where nothing is set', () => {
    const { rules, limits } = readConfig(complete);
    expect(rules).toEqual({ operators: [], allowGuests: false, allowChannels: [] });
    expect(limits).toEqual({
      approvalRows: 20_000,
      approvalSeconds: 7200,
      rowsPerDay: 50_000,
      batchesPerPerson: 2,
    });
    const named = { OPERATORS: 'U111, U222', OPS_CHANNEL: 'C333', ALLOW_GUESTS: 'yes' };
    expect(readConfig({ ...complete, ...named }).rules).toMatchObject({
      operators: ['U111', 'U222'],
      opsChannel: 'C333',
      allowGuests: true,
    });
  });

  it('counts an empty value as not set', () => {
    expect(readConfig({ ...complete, MAX_ROWS: '', SLASH_COMMAND: ' ' }).maxRows).toBe(1_000_000);
  });

  it('uses HTTP mode when there is a signing secret and no app token', () => {
    const { SLACK_APP_TOKEN: _, ...rest } = complete;
    const { slack } = readConfig({ ...rest, SLACK_SIGNING_SECRET: 's', PORT: '3100' });
    expect(slack).toMatchObject({ mode: 'http', signingSecret: 's', port: 3100 });
  });

  it('names every problem at once', () => {
    const problems = problemsOf({ VLLM_URL: 'localhost:8000', MAX_ROWS: '-1' });
    for (const name of [
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'REDIS_URL',
      'VLLM_URL',
      'MAX_ROWS',
    ]) {
      expect(problems.filter((line) => line.startsWith(`${name} `))).toHaveLength(1);
    }
  });

  it.each([
    ['SLACK_BOT_TOKEN', 'xapp-1', 'must begin with xoxb-'],
    ['SLACK_APP_TOKEN', 'xoxb-1', 'must begin with xapp-'],
    ['REDIS_URL', 'http://localhost', 'must be an address like redis://'],
    ['VLLM_URL', 'not a url', 'must be an address like http://'],
    ['VLLM_URL', 'http://gpu1:8000,gpu2:8000', 'separated by commas'],
    ['VLLM_URL', ' , ', 'names no server'],
    ['VLLM_URL', 'http://gpu1:8000,http://ada:secret@gpu2:8000', 'goes into VLLM_API_KEY'],
    ['VLLM_URL', 'http://gpu:8000?key=secret', 'goes into VLLM_API_KEY'],
    ['VLLM_URL', 'http://gpu:8000, http://gpu:8000/v1/', 'names gpu:8000 twice'],
    ['VLLM_MAX_IN_FLIGHT', '0', 'must be a whole number from 8'],
    ['VLLM_MAX_IN_FLIGHT', 'many', 'must be a whole number'],
    ['VLLM_TIMEOUT_S', '1e10', 'must be a whole number'],
    ['MAX_ROWS', '1000001', 'to 1000000'],
    ['OPERATORS', 'ada, U00000BOSS1', 'user ids such as'],
    ['OPS_CHANNEL', '#ops', 'the id of a channel'],
    ['ALLOW_GUESTS', 'perhaps', 'true or false'],
    ['ALLOW_CHANNELS', 'products', 'ids of channels'],
    ['BATCHES_PER_PERSON', '0', 'from 1 to'],
    ['MAX_IMAGES_PER_ROW', '2.5', 'must be a whole number'],
    ['PORT', '65536', 'must be a whole number'],
    ['SLASH_COMMAND', 'batch', 'must be a slash and a word'],
    ['KEY_PREFIX', 'a b', 'must be 1 to 32'],
    ['IMAGE_ALLOW_HOSTS', 'http://host/', 'must be hosts'],
    ['IMAGE_ALLOW_PRIVATE_CIDRS', '10.0.0.0/33', 'must be networks'],
    ['LOG_LEVEL', 'loud', 'must be trace'],
    ['ROLE', 'server', 'must be both, bot or worker'],
  ])('refuses %s=%s', (name, value, rule) => {
    const problems = problemsOf({ ...complete, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
    expect(problems[0]).toContain(rule);
  });

  it('points out a misspelt variable instead of ignoring it', () => {
    expect(problemsOf({ ...complete, VLLM_MODLE: 'x' })).toEqual([
      'VLLM_MODLE is not a setting of Darkroom. Did you mean VLLM_MODEL?',
    ]);
  });

  it('reads a secret from NAME_FILE, without the newline at its end', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'darkroom-')), 'token');
    writeFileSync(path, 'xoxb-from-file\n');
    const { SLACK_BOT_TOKEN: _, ...rest } = complete;
    expect(readConfig({ ...rest, SLACK_BOT_TOKEN_FILE: path }).slack.botToken).toBe(
      'xoxb-from-file',
    );
  });

  it('says so when a secret file cannot be read, or a secret is given twice', () => {
    const { REDIS_URL: _, ...rest } = complete;
    const unreadable = problemsOf({ ...rest, REDIS_URL_FILE: '/does/not/exist' });
    expect(unreadable[0]).toContain('REDIS_URL_FILE cannot be read');
    const twice = problemsOf({ ...complete, REDIS_URL_FILE: '/does/not/exist' });
    expect(twice).toEqual(['REDIS_URL and REDIS_URL_FILE are both set. Keep one of them.']);
  });

  it('asks for no Slack where Slack is not used', () => {
    const { REDIS_URL, VLLM_URL } = complete;
    expect(readEngineConfig({ REDIS_URL, VLLM_URL }).redisUrl).toBe(REDIS_URL);
    expect(readEngineConfig({ REDIS_URL, VLLM_URL, ROLE: 'bot' }).model.urls).toEqual([VLLM_URL]);
  });
});

describe('several model servers', () => {
  it('are named with commas between them', () => {
    const { model } = readConfig({ ...complete, VLLM_URL: 'http://gpu1:8000, https://gpu2/v1,' });
    expect(model.urls).toEqual(['http://gpu1:8000', 'https://gpu2/v1']);
    const VLLM_URL = 'http://[::1]:8000,http://gpu2:8000';
    expect(readConfig({ ...complete, VLLM_URL }).model.urls).toHaveLength(2);
  });

  it('have no bound on what is in flight but the one that is set', () => {
    expect(readConfig(complete).model).not.toHaveProperty('maxInFlight');
    const { model } = readConfig({ ...complete, VLLM_MAX_IN_FLIGHT: '64' });
    expect(model.maxInFlight).toBe(64);
  });
});

describe('the role', () => {
  const { REDIS_URL, VLLM_URL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN } = complete;

  it('worker needs the bot token of Slack and no more of it', () => {
    const config = readConfig({ ROLE: 'worker', REDIS_URL, VLLM_URL, SLACK_BOT_TOKEN });
    expect(config).toMatchObject({ role: 'worker', slack: { botToken: 'xoxb-1' } });
    expect(problemsOf({ ROLE: 'worker', REDIS_URL, SLACK_BOT_TOKEN })).toEqual([
      'VLLM_URL is missing. It must be an address like http://localhost:8000',
    ]);
  });

  it('bot needs no model server', () => {
    const config = readConfig({ ROLE: 'bot', REDIS_URL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN });
    expect(config).toMatchObject({ role: 'bot', model: { urls: [] }, slack: { mode: 'socket' } });
    expect(problemsOf({ ROLE: 'bot', REDIS_URL, SLACK_BOT_TOKEN })[0]).toContain('SLACK_APP_TOKEN');
  });
});

describe('the documented settings', () => {
  const names = Object.keys(variables.shape).toSorted((a, b) => a.localeCompare(b));
  const root = join(import.meta.dirname, '..');

  it('.env.example lists every setting and no other', () => {
    const text = readFileSync(join(root, '.env.example'), 'utf8');
    const listed = [...text.matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1] ?? '');
    expect(listed.toSorted((a, b) => a.localeCompare(b))).toEqual(names);
  });

  it('the README describes every setting', () => {
    const text = readFileSync(join(root, 'README.md'), 'utf8');
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it.each(['bot', 'worker'])('the compose file gives the %s only settings that exist', (name) => {
    const compose = parse(readFileSync(join(root, 'docker/compose.yml'), 'utf8'), { merge: true });
    const service = z.object({ environment: z.record(z.string(), z.string()) });
    const { services } = z
      .object({ services: z.object({ bot: service, worker: service }).loose() })
      .parse(compose);
    const { environment } = services[name === 'bot' ? 'bot' : 'worker'];
    expect(environment['ROLE']).toBe(name);
    expect(Object.keys(environment).filter((each) => !names.includes(each))).toEqual([]);
  });

  it('docker/.env.example names only what the compose file hands on', () => {
    const [example, compose] = ['docker/.env.example', 'docker/compose.yml'].map((name) =>
      readFileSync(join(root, name), 'utf8'),
    );
    const named = (example ?? '').match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
    expect(named).toContain('MAX_ROWS');
    expect(named.filter((name) => !compose?.includes(`\${${name}:`))).toEqual([]);
  });

  it('a secret is a setting', () => {
    expect(secretVariables.filter((name) => !names.includes(name))).toEqual([]);
  });
});
