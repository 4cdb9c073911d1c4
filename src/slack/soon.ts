// A bound on how long an answer to Slack may wait for the store: Slack gives up after 3 seconds.

const soonMs = 2_400;

/** Rejects after 2.4 seconds; what was begun goes on, so it must be harmless when it succeeds late. */
export async function soon<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${soonMs} ms`)), soonMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
