// Whether a file in Slack looks like a table, before a byte of it was read.

/** True for .csv and .tsv names and their media types. Slack often reports a CSV as text/plain. */
export function isTableName(name: string, mimetype = ''): boolean {
  return /\.(csv|tsv)$/i.test(name.trim()) || /^text\/(csv|tab-separated-values)\b/i.test(mimetype);
}
