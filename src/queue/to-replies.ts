// The replies of a transaction, once all of them are good.

/** Throws the first error among them; nothing was executed where the transaction itself failed. */
export function toReplies(
  results: readonly (readonly [error: Error | null, reply: unknown])[] | null,
): readonly unknown[] {
  if (results === null) throw new Error('The transaction was not executed');
  return results.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}
