// Whether a file looks like a table, before a byte of it was read.

/**
 * True for `.csv` and `.tsv` names and their media types. Plain text is left alone: people share it for other
 * reasons, and Slack reports many things as text/plain, CSVs among them.
 */
export function isTableName(name: string, mimetype = ''): boolean {
  return /\.(?:csv|tsv)$/i.test(name.trim()) || isTableType(mimetype);
}

function isTableType(mimetype: string): boolean {
  return /^text\/(?:csv|tab-separated-values)(?:$|\s*;)/i.test(mimetype);
}
