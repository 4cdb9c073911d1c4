// What may be in flight at one model server, in weight.

/** Rows weigh 1 to 8; a budget below that would hold up everything behind such a row. */
export const largestWeight = 8;

/** A ceiling above every server's own limit; it stops the search at a server that shows none. */
export const mostBudget = 4096;

/** In flight at a server of which nothing is known yet: eight rows with a picture of a megapixel. */
export const firstBudget = 16;
