// One batch's rows that wait to be prepared, by picture host. Only so many rows of one host are prepared
// at once, so that a slow host delays its own rows and no others.

export interface HostedRow {
  /** Where the row's pictures come from; rows with the same hosts share a lane. */
  readonly hosts: string;
}

export interface HostLanes<Row extends HostedRow> {
  /** Rows that `take` would give now. */
  ready(): number;
  add(row: Row): void;
  /** False where it waits no more. */
  remove(row: Row): boolean;
  /** The next row whose host may have another one in preparation; the hosts in turn. */
  take(): Row | undefined;
  /** A row that was taken is not in preparation any more. */
  done(row: Row): void;
}

interface Lane<Row> {
  readonly waiting: Set<Row>;
  preparing: number;
}

export function createHostLanes<Row extends HostedRow>(maxPreparing: number): HostLanes<Row> {
  const lanes = new Map<string, Lane<Row>>();
  /** The lanes that `take` may choose from, the one served longest ago first. */
  const open = new Set<Lane<Row>>();
  let ready = 0;

  const change = (hosts: string, act: (lane: Lane<Row>) => void): void => {
    const lane = lanes.get(hosts) ?? { waiting: new Set(), preparing: 0 };
    lanes.set(hosts, lane);
    if (open.delete(lane)) ready -= lane.waiting.size;
    act(lane);
    if (lane.waiting.size === 0 && lane.preparing === 0) lanes.delete(hosts);
    if (lane.waiting.size === 0 || lane.preparing >= maxPreparing) return;
    open.add(lane);
    ready += lane.waiting.size;
  };

  return {
    ready: () => ready,
    add: (row) => change(row.hosts, ({ waiting }) => waiting.add(row)),
    remove(row) {
      if (lanes.get(row.hosts)?.waiting.has(row) !== true) return false;
      change(row.hosts, ({ waiting }) => waiting.delete(row));
      return true;
    },
    take() {
      const [lane] = open;
      const [row] = lane?.waiting ?? [];
      if (row === undefined) return undefined;
      change(row.hosts, (each) => {
        each.waiting.delete(row);
        each.preparing += 1;
      });
      return row;
    },
    done: ({ hosts }) =>
      change(hosts, (lane) => {
        lane.preparing -= 1;
      }),
  };
}

const origin = /^\s*[a-z][a-z\d+.-]*:\/\/([^/?#\\]+)/i;

/** The hosts of a row's pictures as one name; '' for pictures that came with the drop. */
export function toHosts(images: readonly (string | object)[]): string {
  const hosts = images.map((image) =>
    typeof image === 'string' ? (origin.exec(image)?.[1]?.toLowerCase() ?? '') : '',
  );
  return hosts.length === 1 ? (hosts[0] ?? '') : [...new Set(hosts)].toSorted().join(' ');
}
