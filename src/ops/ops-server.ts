// Health and metrics over HTTP, for the platform: /healthz, /readyz, /metrics.

import { createServer, type ServerResponse } from 'node:http';
import type { ExposedMetrics } from './metrics.ts';

export interface OpsServer extends AsyncDisposable {
  readonly port: number;
}

export interface OpsServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly metrics: ExposedMetrics;
  /** What hangs in this process, a line each; none means that it is live. */
  findStalls(): readonly string[];
  /** What keeps this process from serving, a line each; none means ready. */
  findProblems(): Promise<readonly string[]>;
  /** What to say of a process that is ready, a line each. */
  findNotes(): Promise<readonly string[]>;
}

/** Rejects when the address is taken. */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/healthz') answerLive(response, options);
    else if (path === '/readyz') void answerReady(response, options);
    else if (path === '/metrics') void answerMetrics(response, options);
    else respond(response, 404, ['Here are /healthz, /readyz and /metrics.']);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port, options.host, resolve);
  await promise;
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => {
        server.close(closed);
      });
    },
  };
}

/** What is away besides this process is no reason to restart it. */
function answerLive(response: ServerResponse, { findStalls }: OpsServerOptions): void {
  const stalls = findStalls();
  if (stalls.length === 0) respond(response, 200, ['ok']);
  else respond(response, 503, stalls);
}

async function answerReady(
  response: ServerResponse,
  { findProblems, findNotes }: OpsServerOptions,
): Promise<void> {
  const problems = await findProblems().catch(() => ['the check itself failed']);
  const notes = problems.length > 0 ? [] : await findNotes().catch(() => []);
  const [status, lines] = problems.length > 0 ? [503, problems] : [200, ['ready', ...notes]];
  respond(response, status, lines);
}

async function answerMetrics(
  response: ServerResponse,
  { metrics }: OpsServerOptions,
): Promise<void> {
  try {
    const text = await metrics.text();
    response.writeHead(200, { 'content-type': metrics.contentType });
    response.end(text);
  } catch {
    respond(response, 500, ['the metrics could not be read']);
  }
}

function respond(response: ServerResponse, status: number, lines: readonly string[]): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(lines.map((line) => `${line}\n`).join(''));
}
