// Whether a process can serve: what it needs besides itself is there.

export interface ReadinessOptions {
  /** What keeps Redis from serving, a line each. */
  findRedisProblems(): Promise<readonly string[]>;
  /** Absent in a process that holds no conversation. */
  readonly slackConnected?: (() => boolean) | undefined;
  /** Slack closes every socket after some hours, and the next one opens within seconds. Default 60 s. */
  readonly slackPatienceMs?: number;
}

export interface Readiness extends Disposable {
  /** What keeps this process from serving, a line each; none means ready. */
  findProblems(): Promise<readonly string[]>;
}

const lookEveryMs = 1000;

export function createReadiness(options: ReadinessOptions): Readiness {
  const { slackConnected, slackPatienceMs = 60_000 } = options;
  let connectedAtMs = performance.now();
  const awayMs = (): number => {
    if (slackConnected?.() !== false) connectedAtMs = performance.now();
    return performance.now() - connectedAtMs;
  };
  const timer = setInterval(awayMs, lookEveryMs).unref();
  return {
    async findProblems() {
      const problems = await options.findRedisProblems();
      const away = awayMs();
      if (away <= slackPatienceMs) return problems;
      return [...problems, `Slack has not been connected for ${Math.round(away / 1000)} s`];
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
