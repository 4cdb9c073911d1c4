// What an administrator lets Darkroom fetch from although it is not public: hosts by name, and
// ranges of addresses. On both, any port may be used.

import ipaddr from 'ipaddr.js';

export interface AllowList {
  /** True when the list names this host, with this port or without any. */
  hasHost(host: string, port: number): boolean;
  /** True when the address lies in one of the ranges. */
  hasAddress(address: string): boolean;
  /** True when there are ranges: a host's address must be known before it can be refused. */
  readonly hasRanges: boolean;
}

export interface AllowListEntries {
  /** `host` (any port) or `host:port`; IPv6 literals in brackets where a port follows. */
  readonly hosts: readonly string[];
  /** Such as 10.0.0.0/8 or fd00::/8. */
  readonly cidrs: readonly string[];
}

/** Throws on an entry that is neither a host nor a range. */
export function createAllowList(entries: AllowListEntries): AllowList {
  const hosts = new Set(entries.hosts.map(toHostKey));
  const ranges = entries.cidrs.map((cidr) => ipaddr.parseCIDR(cidr.trim()));
  return {
    hasHost: (host, port) => hosts.has(host) || hosts.has(`${host}:${port}`),
    hasAddress: (address) => {
      if (!ipaddr.isValid(address)) return false;
      const parsed = ipaddr.process(address);
      return ranges.some(
        ([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits),
      );
    },
    hasRanges: ranges.length > 0,
  };
}

/** A URL's host as it is compared and dialled: no brackets, no final dot. Lower case comes from URL. */
export function toHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

function toHostKey(entry: string): string {
  const trimmed = entry.trim();
  const bare = ipaddr.IPv6.isValid(trimmed) ? `[${trimmed}]` : trimmed;
  const [, name = '', port] = /^([^/?#@\\\s]*?)(?::(\d{1,5}))?$/.exec(bare) ?? [];
  const url = URL.parse(`http://${name}/`);
  if (name === '' || url === null || url.port !== '') {
    throw new Error(`not a host or host:port: ${entry}`);
  }
  return port === undefined ? toHost(url) : `${toHost(url)}:${Number(port)}`;
}
