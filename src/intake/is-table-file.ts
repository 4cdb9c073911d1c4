// Which dropped files Darkroom takes for tables, by what is known before the download.

/**
 * True for a `.csv` or `.tsv` name and for the type `text/csv`. Plain `.txt` files are left alone: people
 * share them for other reasons, and Slack gives `text/plain` to many things.
 */
export function isTableFile(name: string, mimetype?: string): boolean {
  return /\.(?:csv|tsv)$/i.test(name.trim()) || /^text\/csv(?:$|\s*;)/i.test(mimetype ?? '');
}
