// Builds DOM nodes; text always goes in as text, never as markup.

/** An element with properties (`class`, `data-…` and `aria-…` as attributes, `on…` as listeners) and children. */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== false));
  return node;
}

/**
 * Makes `parent` show one row for each item, in order; a row whose item has not changed stays the same node, so that
 * nothing flickers and nobody's open menu closes.
 */
export function syncRows(parent, items, { keyOf, build }) {
  const old = new Map([...parent.children].map((row) => [row.dataset.key, row]));
  const rows = items.map((item) => {
    const key = keyOf(item);
    const stamp = JSON.stringify(item);
    const kept = old.get(key);
    if (kept && kept.stamp === stamp) return kept;
    const row = build(item);
    row.dataset.key = key;
    row.stamp = stamp;
    return row;
  });
  for (const [at, row] of rows.entries()) {
    if (parent.children[at] !== row) parent.insertBefore(row, parent.children[at] ?? null);
  }
  while (parent.children.length > rows.length) parent.lastElementChild.remove();
}
