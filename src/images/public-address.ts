// Which network addresses are public: the only ones that a link from a file may lead to by itself.

import ipaddr from 'ipaddr.js';

/** Azure's metadata and DNS address: public by its range, a host's own infrastructure in fact. */
const notReallyPublic: ReadonlySet<string> = new Set(['168.63.129.16']);

/** What is given out for public use so far; without it ::10.0.0.1, an old form of 10.0.0.1, would pass. */
const globalIPv6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** `address` is an IPv4 or IPv6 literal without brackets; anything else is not public. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // `process` turns ::ffff:10.0.0.1 into 10.0.0.1, so that a mapped address is judged as what it reaches.
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(globalIPv6)) return false;
  return parsed.range() === 'unicast' && !notReallyPublic.has(parsed.toString());
}
