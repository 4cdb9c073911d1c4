// The names of everything in Redis: the one place that knows them, for TypeScript and for Lua.
// A batch has a fixed number of keys, whatever its size; each of them carries a time to live.

/** A batch's keys.
 *  record: hash, what batch.ts describes. chunks: hash, chunk -> packed rows.
 *  outcomes: hash, row index -> JSON while its chunk is open, `c<chunk>` -> packed once it is sealed.
 *  pending: zset of chunks that nobody holds. leases: zset, chunk -> expiry in ms by Redis time.
 *  tokens: hash, chunk -> token of its lease, `<chunk>:left` -> its rows without an outcome; where holders
 *  died, `<chunk>:crashes` -> how many, `<chunk>:started` -> the row that is at work, `row:<index>` -> how many
 *  died while this row was.
 *  faults: hash, `<code>:count`, `<code>:lines`, `<code>:example`.
 *  mistakes: hash, rows that the model server rejected before any row succeeded: `row:<line>` -> how often,
 *  `cause:<cause>` and `rows` -> how many.
 *  thread, speaker, upload: what Darkroom remembers of its own messages. soFar: the same of
 *  results that were given before the end. */
const batchParts = [
  'record',
  'chunks',
  'outcomes',
  'pending',
  'leases',
  'tokens',
  'faults',
  'mistakes',
  'thread',
  'speaker',
  'upload',
  'soFar',
] as const;

export type BatchPart = (typeof batchParts)[number];

/** Keys of the installation. ids, active, unsettled, endpoint, model and format live for ever (and stay small).
 *  endpoint and `endpoint:<name>`: see endpoint.ts. format: see format.ts. model: the last one that was found at a model
 *  server. outage: hash, what operators were told of one, see outages.ts. tallies: hash of what is counted over all
 *  processes. probe: what is written to see whether Redis takes it. presence: hash, see presence.ts. changed, cancelled and due are
 *  channels. Scripts have more: `once:drop:<key>` and `fingerprint:<fingerprint>`, each with the id of its batch;
 *  `answers`, `answers:used` and `answering:<question>`, see answer-cache.ts; `rows:<team>:<person>:<day>`, what was
 *  counted against a day; `pace:<endpoint>:lease`, `:budget` and `:busy`, see pace-store.ts. */
export type SharedKey =
  | 'ids'
  | 'active'
  | 'endpoint'
  | 'format'
  | `endpoint:${string}`
  | 'outage'
  | 'rate'
  | 'model'
  | 'edits'
  | 'unsettled'
  | 'tallies'
  | 'probe'
  | 'presence'
  | 'changed'
  | 'cancelled'
  | 'due'
  | `team:${string}`
  | `once:${string}`;

export interface Keys {
  readonly prefix: string;
  batch(id: string, part: BatchPart): string;
  shared(name: SharedKey): string;
}

export function buildKeys(prefix: string): Keys {
  return {
    prefix,
    batch: (id, part) => `${prefix}:batch:${id}:${part}`,
    shared: (name) => `${prefix}:${name}`,
  };
}

/** The same names for scripts, which get the prefix as KEYS[1]: which batch a script touches is often
 *  found inside it. (Redis Cluster would not allow that; it is not supported.) */
export const luaKeys = `
local batchParts = { ${batchParts.map((part) => `'${part}'`).join(', ')} }
local function batchKey(id, part) return KEYS[1] .. ':batch:' .. id .. ':' .. part end
local function sharedKey(name) return KEYS[1] .. ':' .. name end
`;
