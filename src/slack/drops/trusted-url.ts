// Where the bot token may be sent: to Slack itself and to the Web API's configured host.

/** True for https on slack.com and below, and for the origin of `apiUrl`. */
export function isTrustedUrl(address: string, apiUrl: string | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return false;
  if (apiUrl !== undefined && url.origin === new URL(apiUrl).origin) return true;
  const isSlack = url.hostname === 'slack.com' || url.hostname.endsWith('.slack.com');
  return url.protocol === 'https:' && url.port === '' && isSlack;
}
