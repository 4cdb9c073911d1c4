// How often each row has closed the endpoint. It is opened again by a server that answers, so a row that
// closes it time after time is what the server cannot bear, and no outage.

export interface Strikes {
  /** How often by now, this time included. */
  add(row: { readonly batch: string; readonly line: number }): number;
}

/** Rows remembered; the oldest is forgotten first and only begins anew. */
const most = 1000;

/** Of this process: another one that leases the row counts for itself. */
export function createStrikes(): Strikes {
  const counts = new Map<string, number>();
  return {
    add({ batch, line }) {
      const row = `${batch}/${line}`;
      const count = (counts.get(row) ?? 0) + 1;
      counts.delete(row);
      counts.set(row, count);
      const [oldest] = counts.keys();
      if (counts.size > most && oldest !== undefined) counts.delete(oldest);
      return count;
    },
  };
}
