// The one judgement on where a link may lead, made for literals, for names, and for what names
// resolve to. Every refused target gets the same fault, so that answers do not map a private network.

import { toFault, type Fault } from '../errors.ts';
import type { AllowList } from './allow-list.ts';
import { isPublicAddress } from './public-address.ts';

export interface DialTarget {
  readonly host: string;
  readonly port: number;
}

const publicPorts: ReadonlySet<number> = new Set([80, 443]);
const maxNameLength = 253;
const internalSuffixes = ['.local', '.internal', '.localhost', '.home.arpa'];

/** A name before it is resolved. With allowed ranges a doubtful one is left to its addresses. */
export function judgeName({ host, port }: DialTarget, allowList: AllowList): Fault | undefined {
  if (host.length > maxNameLength) return toFault('E_URL_BLOCKED', {});
  if (allowList.hasRanges) return undefined;
  if (isInternalName(host)) return toFault('E_URL_BLOCKED', {});
  return judgePort(port);
}

/** All addresses of a target: one that is not allowed refuses them all, as any of them may be dialled. */
export function judgeAddresses(
  addresses: readonly string[],
  { host, port }: DialTarget,
  allowList: AllowList,
): Fault | undefined {
  const outside = addresses.filter((address) => !allowList.hasAddress(address));
  if (addresses.length > 0 && outside.length === 0) return undefined;
  const isLiteral = addresses.length === 1 && addresses[0] === host;
  if (!isLiteral && isInternalName(host)) return toFault('E_URL_BLOCKED', {});
  if (!outside.every(isPublicAddress)) return toFault('E_URL_BLOCKED', {});
  return judgePort(port);
}

function judgePort(port: number): Fault | undefined {
  return publicPorts.has(port) ? undefined : toFault('E_URL_PORT', { port });
}

/** Names that only a local network resolves. */
function isInternalName(host: string): boolean {
  return !host.includes('.') || internalSuffixes.some((suffix) => host.endsWith(suffix));
}
