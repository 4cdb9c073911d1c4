// The environment as one frozen, typed Config; the only reader of process.env. Every problem is found
// at once, each with the variable's name and what to do.

import { readFileSync } from 'node:fs';
import { nearest } from './batch/nearest.ts';
import { toError } from './errors.ts';
import { toLimits, toRules, type Limits, type Rules } from './config/rules.ts';
import { ownPrefixes, secretVariables, variables, type Variables } from './config/variables.ts';
import type { LogLevel } from './logger.ts';

/** sysexits.h: EX_CONFIG. A supervisor can tell it from a crash and need not restart at once. */
export const configExitCode = 78;

/** What files need that were dropped into Slack. */
export interface SlackAccess {
  readonly botToken: string;
  /** Absent means Slack itself; else the address of a local workspace. */
  readonly apiUrl?: string;
}

/** What a conversation needs. */
export type SlackConfig = SlackAccess & { readonly slashCommand: string } & (
    | { readonly mode: 'socket'; readonly appToken: string }
    | { readonly mode: 'http'; readonly signingSecret: string; readonly port: number }
  );

/** What the engine needs, with or without Slack. */
export interface EngineConfig {
  readonly redisUrl: string;
  /** Ends with a colon. */
  readonly keyPrefix: string;
  readonly model: {
    /** Base addresses; none where this process runs no rows. */
    readonly urls: readonly string[];
    readonly name?: string;
    readonly apiKey?: string;
    /** The most weight that may ever be in flight at one server, 8 or more. */
    readonly maxInFlight?: number;
    readonly timeoutMs: number;
    /** How long batches wait for a server before they end with what they have. */
    readonly maxOutageMs: number;
  };
  readonly images: {
    readonly allowHosts: readonly string[];
    readonly allowPrivateCidrs: readonly string[];
  };
  readonly maxRows: number;
  readonly maxImagesPerRow: number;
  readonly retentionDays: number;
  /** How long an unused answer is kept for later rows, and what all of them may take in Redis. */
  readonly cache: { readonly days: number; readonly maxBytes: number };
  readonly dataDir: string;
  readonly logLevel: LogLevel;
}

/** What a process does: `bot` holds the conversation, reads and finishes batches; `worker` runs rows. */
export type Config = EngineConfig & {
  readonly ops: { readonly host: string; readonly port: number };
  readonly rules: Rules;
  readonly limits: Limits;
} & (
    | { readonly role: 'both' | 'bot'; readonly slack: SlackConfig }
    | { readonly role: 'worker'; readonly slack: SlackAccess }
  );

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment itself, for the command line tool, which fills in what is missing. */
export function readEnvironment(): Environment {
  return process.env;
}

/** Everything that is wrong with the configuration, a line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Reads the whole configuration of the bot; throws a ConfigError that names every problem. */
export function readConfig(environment = readEnvironment()): Config {
  const problems = findUnknown(environment);
  const { values, problems: unreadable } = readSecretFiles(environment);
  problems.push(...unreadable);
  const parsed = variables.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    problems.push(`${String(issue.path[0])} ${issue.message}`);
  }
  problems.push(...findMissing(values));
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return deepFreeze(toConfig(parsed.data));
}

/** The same without what only Slack needs; for the command line. */
export function readEngineConfig(environment: Environment): EngineConfig {
  return readConfig({ ...environment, SLACK_BOT_TOKEN: 'xoxb-none', ROLE: 'worker' });
}

/** What must stand in no log line, whatever it looks like. */
export function toSecrets(
  config: EngineConfig & { readonly slack?: Config['slack'] },
): readonly string[] {
  const { slack, model, redisUrl } = config;
  const { password } = new URL(redisUrl);
  const own = slack === undefined ? [] : [slack.botToken];
  if (slack !== undefined && 'mode' in slack) {
    own.push(slack.mode === 'socket' ? slack.appToken : slack.signingSecret);
  }
  if (model.apiKey !== undefined) own.push(model.apiKey);
  return [...own, password, decodeURIComponent(password)].filter((secret) => secret !== '');
}

function findUnknown(environment: Environment): string[] {
  const known = Object.keys(variables.shape);
  const files = secretVariables.map((name) => `${name}_FILE`);
  return Object.keys(environment)
    .filter((name) => ownPrefixes.some((prefix) => name.startsWith(prefix)))
    .filter((name) => !known.includes(name) && !files.includes(name))
    .map((name) => {
      const suggestion = nearest(name, known);
      const hint = suggestion === undefined ? 'Remove it.' : `Did you mean ${suggestion}?`;
      return `${name} is not a setting of Darkroom. ${hint}`;
    });
}

/** Empty values count as absent: compose files and .env files write `NAME=` for "not set". */
function readSecretFiles(environment: Environment): {
  values: Record<string, string>;
  problems: string[];
} {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.trim() !== '') values[name] = value.trim();
  }
  for (const name of secretVariables) {
    const path = values[`${name}_FILE`];
    if (path === undefined) continue;
    if (values[name] !== undefined) {
      problems.push(`${name} and ${name}_FILE are both set. Keep one of them.`);
      continue;
    }
    try {
      values[name] = readFileSync(path, 'utf8').trim();
    } catch (error) {
      problems.push(`${name}_FILE cannot be read: ${toError(error).message}`);
    }
  }
  return { values, problems };
}

/** What one role needs and another does not. */
function findMissing(values: Record<string, string>): string[] {
  const role = values['ROLE'];
  const problems: string[] = [];
  if (role !== 'worker' && isMissing(values, 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET')) {
    problems.push(
      'SLACK_APP_TOKEN is missing. Make an App-Level Token with connections:write under "Basic Information" of your Slack app (Socket Mode), or set SLACK_SIGNING_SECRET to let Slack call you over HTTP.',
    );
  }
  if (role !== 'bot' && isMissing(values, 'VLLM_URL')) {
    problems.push('VLLM_URL is missing. It must be an address like http://localhost:8000');
  }
  return problems;
}

function isMissing(values: Record<string, string>, ...names: readonly string[]): boolean {
  return names.every((name) => values[name] === undefined);
}

function toConfig(env: Variables): Config {
  const access: SlackAccess = {
    botToken: env.SLACK_BOT_TOKEN,
    ...(env.SLACK_API_URL === undefined ? {} : { apiUrl: env.SLACK_API_URL }),
  };
  const common = {
    ...toEngineConfig(env),
    ops: { host: env.OPS_HOST, port: env.OPS_PORT },
    rules: toRules(env),
    limits: toLimits(env),
  };
  return env.ROLE === 'worker'
    ? { ...common, role: env.ROLE, slack: access }
    : { ...common, role: env.ROLE, slack: toSlackConfig(env, access) };
}

function toSlackConfig(env: Variables, access: SlackAccess): SlackConfig {
  const common = { ...access, slashCommand: env.SLASH_COMMAND };
  // Socket Mode needs no public address, so it wins where both are configured.
  if (env.SLACK_APP_TOKEN !== undefined) {
    return { ...common, mode: 'socket', appToken: env.SLACK_APP_TOKEN };
  }
  return { ...common, mode: 'http', signingSecret: env.SLACK_SIGNING_SECRET ?? '', port: env.PORT };
}

function toEngineConfig(env: Variables): EngineConfig {
  return {
    redisUrl: env.REDIS_URL,
    keyPrefix: env.KEY_PREFIX,
    model: {
      urls: env.VLLM_URL ?? [],
      timeoutMs: env.VLLM_TIMEOUT_S * 1000,
      maxOutageMs: env.MODEL_MAX_OUTAGE * 3_600_000,
      ...(env.VLLM_MODEL === undefined ? {} : { name: env.VLLM_MODEL }),
      ...(env.VLLM_API_KEY === undefined ? {} : { apiKey: env.VLLM_API_KEY }),
      ...(env.VLLM_MAX_IN_FLIGHT === undefined ? {} : { maxInFlight: env.VLLM_MAX_IN_FLIGHT }),
    },
    images: {
      allowHosts: env.IMAGE_ALLOW_HOSTS,
      allowPrivateCidrs: env.IMAGE_ALLOW_PRIVATE_CIDRS,
    },
    maxRows: env.MAX_ROWS,
    maxImagesPerRow: env.MAX_IMAGES_PER_ROW,
    retentionDays: env.RETENTION_DAYS,
    cache: { days: env.CACHE_DAYS, maxBytes: env.CACHE_MAX_MB * 1_000_000 },
    dataDir: env.DATA_DIR,
    logLevel: env.LOG_LEVEL,
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
