// The one way out for image requests: an undici Agent whose name lookups are checked, so that the
// address that was judged is the address that is dialled. Literals never reach a lookup and are
// judged before (image-url.ts).

import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { Agent, Pool, type Dispatcher } from 'undici';
import { toError, type Fault } from '../errors.ts';
import { judgeAddresses } from './address-check.ts';
import { toHost, type AllowList } from './allow-list.ts';

/** Resolves a name to all of its addresses, or rejects with a DNS error code. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

export interface CheckedAgentOptions {
  readonly allowList: AllowList;
  readonly connectionsPerHost: number;
  readonly lookup?: Lookup;
}

const connectMs = 5000;
/** Servers commonly close after 5 s; a connection that they just closed would fail a request. */
const keepAliveMs = 4000;

/** Carries the fault of a refused address out of a connection attempt. */
export class RefusedAddress extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super('address not allowed');
    this.name = 'RefusedAddress';
    this.fault = fault;
  }
}

class NoAddress extends Error {
  readonly code = 'ENOTFOUND';
}

export function createCheckedAgent(options: CheckedAgentOptions): Dispatcher {
  return new Agent({
    factory: (origin) =>
      new Pool(origin, {
        allowH2: false,
        connections: options.connectionsPerHost,
        keepAliveTimeout: keepAliveMs,
        keepAliveMaxTimeout: keepAliveMs,
        connect: { timeout: connectMs, lookup: toCheckedLookup(new URL(origin), options) },
      }),
  });
}

/** net calls the lookup without the port, hence one lookup for each origin. */
function toCheckedLookup(origin: URL, options: CheckedAgentOptions): LookupFunction {
  const { allowList, lookup = allAddresses } = options;
  const port = Number(origin.port || (origin.protocol === 'https:' ? 443 : 80));
  const target = { host: toHost(origin), port };
  const resolve = async (host: string): Promise<LookupAddress[]> => {
    const found = await lookup(host);
    if (found.length === 0) throw new NoAddress();
    const addresses = found.map(({ address }) => address);
    const fault = allowList.hasHost(target.host, port)
      ? undefined
      : judgeAddresses(addresses, target, allowList);
    if (fault !== undefined) throw new RefusedAddress(fault);
    return [...found];
  };
  return (host, { all }, callback) => {
    void answerLookup(resolve(host), all === true, callback);
  };
}

async function answerLookup(
  resolved: Promise<LookupAddress[]>,
  all: boolean,
  callback: Parameters<LookupFunction>[2],
): Promise<void> {
  try {
    const found = await resolved;
    const [first] = found;
    if (all || first === undefined) callback(null, found);
    else callback(null, first.address, first.family);
  } catch (error) {
    callback(toError(error), []);
  }
}

async function allAddresses(host: string): Promise<readonly LookupAddress[]> {
  return systemLookup(host, { all: true });
}
