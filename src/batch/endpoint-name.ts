// What a model server is called: in Redis, in metrics and in the log.

/**
 * Host and port, and the path where there is one besides /v1: `gpu1:8000`, `router:443/team-a`. Equal for
 * two addresses that lead to the same server; holds no password and no query.
 */
export function toEndpointName(url: string): string {
  const { hostname, port, protocol, pathname } = new URL(url);
  const shownPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return `${hostname}:${shownPort}${toBasePath(pathname)}`;
}

/** A server's base path without a final slash or /v1, which stands before every path that is asked for. */
export function toBasePath(pathname: string): string {
  return pathname.replace(/\/+$/, '').replace(/\/v1$/, '').replace(/\/+$/, '');
}
