// Every environment variable that Darkroom knows: what it must look like, and its default.

import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { largestWeight, mostBudget } from '../batch/budget.ts';
import { toEndpointName } from '../batch/endpoint-name.ts';

/** The most rows that any installation takes in one file. */
export const hardMaxRows = 1_000_000;

function text(what: string): z.ZodString {
  return z.string({ error: `is missing. ${what}` }).min(1, `is empty. ${what}`);
}

function whole({ min, max }: { min: number; max: number }): z.ZodCoercedNumber {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(rule).int(rule).min(min, rule).max(max, rule);
}

function url(protocols: readonly string[], example: string): z.ZodType<string> {
  const rule = `must be an address like ${example}`;
  return z
    .string({ error: `is missing. It ${rule}` })
    .refine((value) => isAddress(value, protocols), rule);
}

function isAddress(value: string, protocols: readonly string[]): boolean {
  const parsed = URL.parse(value);
  return parsed !== null && protocols.includes(parsed.protocol) && parsed.hostname !== '';
}

function list(isEntry: (entry: string) => boolean, rule: string): z.ZodType<readonly string[]> {
  return z
    .string()
    .default('')
    .transform(toEntries)
    .refine((entries) => entries.every(isEntry), rule);
}

function toEntries(value: string): readonly string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Base addresses of model servers, each of them once. */
const servers = z
  .string()
  .transform(toEntries)
  .refine((urls) => urls.length > 0, 'names no server')
  .refine((urls) => urls.every((each) => isAddress(each, ['http:', 'https:'])), {
    error: 'must be an address like http://localhost:8000, or several of them, separated by commas',
    abort: true,
  })
  .refine((urls) => urls.every(isPlain), {
    error:
      'must hold no user, password, ? or #. A key that the server asks for goes into VLLM_API_KEY',
    abort: true,
  })
  .superRefine((urls, { addIssue }) => {
    const names = urls.map(toEndpointName);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) addIssue(`names ${twice} twice. Keep one of them.`);
  });

/** Only host, port and path of a base address are used; the rest would be left out unseen. */
function isPlain(address: string): boolean {
  const { username, password, search, hash } = new URL(address);
  return username + password + search + hash === '';
}

function isHostEntry(entry: string): boolean {
  return /^(\[[\da-f:]+\]|[^\s:/@[\]]+)(:\d{1,5})?$/i.test(entry);
}

function isCidr(entry: string): boolean {
  const [address = '', bits = ''] = entry.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  return isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

const slackId = (kinds: string): RegExp => new RegExp(`^[${kinds}][A-Z0-9]{2,}$`);

function isYes(value: string): boolean {
  return value === 'true' || value === 'yes' || value === '1';
}

const slackToken = (prefix: string, where: string): z.ZodString =>
  text(where).startsWith(prefix, `must begin with ${prefix} . ${where}`);

export const variables = z.object({
  ROLE: z.enum(['both', 'bot', 'worker'], { error: 'must be both, bot or worker' }).default('both'),
  SLACK_BOT_TOKEN: slackToken(
    'xoxb-',
    'Copy the Bot User OAuth Token from "OAuth & Permissions" of your Slack app.',
  ),
  SLACK_APP_TOKEN: slackToken(
    'xapp-',
    'Make an App-Level Token with connections:write under "Basic Information" of your Slack app.',
  ).optional(),
  SLACK_SIGNING_SECRET: text(
    'Copy the Signing Secret from "Basic Information" of your Slack app.',
  ).optional(),
  SLACK_API_URL: url(['http:', 'https:'], 'http://127.0.0.1:4000/api/').optional(),
  SLASH_COMMAND: z
    .string()
    .regex(
      /^\/[^\s/]{1,31}$/,
      'must be a slash and a word, such as /batch; the same as in the app manifest',
    )
    .default('/batch'),
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://:password@localhost:6379/0'),
  KEY_PREFIX: z
    .string()
    .regex(/^[\w.-]{1,32}:?$/, 'must be 1 to 32 letters, digits, dots or dashes')
    .default('darkroom')
    .transform((value) => value.replace(/:?$/, ':')),
  VLLM_URL: servers.optional(),
  VLLM_MODEL: text('Leave it out to use the model that the server lists.').optional(),
  VLLM_API_KEY: text('Leave it out if the server asks for none.').optional(),
  VLLM_MAX_IN_FLIGHT: whole({ min: largestWeight, max: mostBudget }).optional(),
  VLLM_TIMEOUT_S: whole({ min: 5, max: 3600 }).default(120),
  MODEL_MAX_OUTAGE: whole({ min: 1, max: 8760 }).default(24),
  IMAGE_ALLOW_HOSTS: list(
    isHostEntry,
    'must be hosts such as images.shop.lan or 10.0.0.7:8080, separated by commas',
  ),
  IMAGE_ALLOW_PRIVATE_CIDRS: list(
    isCidr,
    'must be networks such as 10.20.0.0/16, separated by commas',
  ),
  OPERATORS: list(
    (entry) => slackId('UW').test(entry),
    'must be Slack user ids such as U024BE7LH, separated by commas ("Copy member ID" in a profile)',
  ),
  OPS_CHANNEL: z
    .string()
    .regex(
      slackId('CG'),
      'must be the id of a channel, such as C024BE91L; Darkroom has to be in it',
    )
    .optional(),
  ALLOW_GUESTS: z
    .enum(['true', 'yes', '1', 'false', 'no', '0'], { error: 'must be true or false' })
    .default('false')
    .transform(isYes),
  ALLOW_CHANNELS: list(
    (entry) => slackId('CGD').test(entry),
    'must be ids of channels such as C024BE91L, separated by commas',
  ),
  APPROVAL_ROWS: whole({ min: 1, max: hardMaxRows }).default(20_000),
  APPROVAL_HOURS: whole({ min: 1, max: 8760 }).default(2),
  ROWS_PER_DAY: whole({ min: 1, max: 1_000_000_000 }).default(50_000),
  BATCHES_PER_PERSON: whole({ min: 1, max: 1000 }).default(2),
  MAX_ROWS: whole({ min: 1, max: hardMaxRows }).default(hardMaxRows),
  MAX_IMAGES_PER_ROW: whole({ min: 1, max: 16 }).default(4),
  RETENTION_DAYS: whole({ min: 1, max: 3650 }).default(30),
  CACHE_DAYS: whole({ min: 1, max: 365 }).default(7),
  CACHE_MAX_MB: whole({ min: 1, max: 100_000 }).default(64),
  DATA_DIR: z.string().min(1).default(join(process.cwd(), '.data')),
  PORT: whole({ min: 0, max: 65_535 }).default(3000),
  OPS_HOST: z.string().min(1).default('127.0.0.1'),
  OPS_PORT: whole({ min: 0, max: 65_535 }).default(9464),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    })
    .default('info'),
});

export type Variables = z.output<typeof variables>;

/** Variables whose value may also stand in a file named by NAME_FILE. */
export const secretVariables = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'REDIS_URL',
  'VLLM_API_KEY',
] as const;

/** A variable with one of these beginnings that Darkroom does not know is a spelling mistake. */
export const ownPrefixes = ['SLACK_', 'VLLM_', 'REDIS_', 'IMAGE_'] as const;
