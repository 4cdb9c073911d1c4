// Prometheus' text format, for metrics that all have the same two labels. Written by hand because a value
// may count many times over at once, and because the simulated server shares its machine with what it
// helps to measure.

type Labels = Readonly<Record<string, string>>;

export interface Series {
  readonly labels?: Labels;
  readonly value: number;
}

export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly series: readonly Series[];
}

export class Histogram {
  readonly name: string;
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(name: string, bounds: readonly number[]) {
    this.name = name;
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number, times = 1): void {
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const at = found === -1 ? this.#bounds.length : found;
    this.#counts[at] = (this.#counts[at] ?? 0) + times;
    this.#sum += value * times;
  }

  lines(labels: Labels): string[] {
    let below = 0;
    const buckets = this.#counts.map((count, index) => {
      below += count;
      const bound = this.#bounds[index] ?? Infinity;
      const le = bound === Infinity ? '+Inf' : String(bound);
      return toLine(`${this.name}_bucket`, { ...labels, le }, below);
    });
    return [
      `# TYPE ${this.name} histogram`,
      ...buckets,
      toLine(`${this.name}_sum`, labels, this.#sum),
      toLine(`${this.name}_count`, labels, below),
    ];
  }
}

export function toMetricLines({ name, type, series }: Metric, common: Labels): string[] {
  const lines = series.map(({ labels, value }) => toLine(name, { ...common, ...labels }, value));
  return [`# TYPE ${name} ${type}`, ...lines];
}

function toLine(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
  return `${name}{${pairs.join(',')}} ${value}`;
}
