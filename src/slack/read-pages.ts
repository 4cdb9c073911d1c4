// Slack's lists, which come a page at a time.

interface Page {
  readonly response_metadata?: { readonly next_cursor?: string };
}

/** The pages in their order, each asked for when it is wanted. Rejects with what the request threw. */
export async function* readPages<Result extends Page>(
  request: (cursor: { readonly cursor?: string }) => Promise<Result>,
): AsyncGenerator<Result> {
  let cursor = '';
  do {
    const page = await request(cursor === '' ? {} : { cursor });
    yield page;
    cursor = page.response_metadata?.next_cursor ?? '';
  } while (cursor !== '');
}
