// The alert rules in docker/ against what /metrics shows, and against the README.

import { readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { toFault } from '../../src/errors.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { startOps } from '../../src/ops/start-ops.ts';

const rules = z.object({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Darkroom[A-Z]\w+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[mh]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(['page', 'warn']) }),
          annotations: z.strictObject({ summary: z.string() }),
        }),
      ),
    }),
  ),
});

type Rule = z.infer<typeof rules>['groups'][number]['rules'][number];

async function readRules(): Promise<readonly Rule[]> {
  const text = await readFile('docker/alerts.yml', 'utf8');
  return rules.parse(parse(text)).groups.flatMap((group) => group.rules);
}

/** The samples of a process in which everything has happened once: name -> names of its labels. */
async function readSamples(): Promise<Map<string, Set<string>>> {
  const metrics = createMetrics({ version: '1', role: 'both' });
  const gate = { inFlight: 1, requests: 1, queued: 1, budget: 8 };
  const group = { batches: 1, pendingRows: 1, leasedRows: 1, longestWaitSeconds: 1 };
  const ops = await startOps({
    host: '127.0.0.1',
    port: 0,
    log: { info() {}, warn() {}, error() {} },
    metrics,
    findRedisProblems: async () => [],
    survey: async () => ({
      groups: [{ state: 'running', reason: '', ...group }],
      leasesExpired: 1,
      rowsCancelled: 1,
      failedChecks: 1,
      memory: { usedBytes: 1, maxBytes: 1 },
    }),
    servers: async () => [{ endpoint: 'gpu:8000', open: true, gate }],
    disk: async () => ({ spoolBytes: 1, freeBytes: 1 }),
    slackConnected: () => true,
  });
  onTestFinished(() => ops[Symbol.asyncDispose]());
  metrics.onOutcome({ status: 'failed', fault: toFault('E_FILE_GONE', {}) });
  metrics.onAnswered({ endpoint: 'gpu:8000', result: 'answer', seconds: 1 });
  metrics.onRepair({ endpoint: 'gpu:8000', kind: 'reaped', slots: 1 });
  metrics.onRepair({ endpoint: 'gpu:8000', kind: 'reconciled', before: 2, now: 1 });
  metrics.onRateLimited('chat.update');
  const text = await (await fetch(`http://127.0.0.1:${ops.port}/metrics`)).text();
  const samples = new Map<string, Set<string>>([['up', new Set()]]);
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const names = [...labels.matchAll(/(\w+)=/g)].map(([, label = '']) => label);
    samples.set(name, new Set([...names, 'instance', 'job']));
  }
  samples.set('up', new Set(['instance', 'job']));
  return samples;
}

/** Names of metrics with those of the labels that are asked for, without words in texts. */
function metricsOf(expr: string): readonly (readonly [string, readonly string[]])[] {
  return [...expr.matchAll(/\b(darkroom_\w+|up)\b(?:\{([^}]*)\})?/g)].map(
    ([, name = '', labels = '']) =>
      [name, [...labels.matchAll(/(\w+)\s*=/g)].map(([, label = '']) => label)] as const,
  );
}

describe('the alert rules', () => {
  it('name only metrics and labels that a process shows', async () => {
    const samples = await readSamples();
    for (const { alert, expr } of await readRules()) {
      const used = metricsOf(expr);
      expect({ alert, used: used.length > 0 }).toEqual({ alert, used: true });
      const unknown = used.filter(([name, labels]) => {
        const known = samples.get(name);
        return known === undefined || labels.some((label) => !known.has(label));
      });
      expect({ alert, unknown }).toEqual({ alert, unknown: [] });
    }
  });

  it('group by labels, and show labels, that their metrics have', async () => {
    const samples = await readSamples();
    for (const { alert, expr, annotations } of await readRules()) {
      const grouped = [...expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)];
      const shown = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)];
      const asked = [...grouped, ...shown]
        .flatMap(([, names = '']) => names.split(','))
        .map((name) => name.trim())
        .filter((name) => name !== '');
      const known = new Set(metricsOf(expr).flatMap(([name]) => [...(samples.get(name) ?? [])]));
      const unknown = asked.filter((label) => !known.has(label));
      expect({ alert, unknown }).toEqual({ alert, unknown: [] });
    }
  });

  it('have balanced brackets, and read counters by their rise', async () => {
    for (const { alert, expr } of await readRules()) {
      const plain = expr.replaceAll(/"[^"]*"/g, '');
      for (const [open, close] of ['( )', '[ ]', '{ }'].map((pair) => pair.split(' '))) {
        const count = (bracket = ''): number => plain.split(bracket).length;
        expect({ alert, open: count(open) }).toEqual({ alert, open: count(close) });
      }
      const counters = [...plain.matchAll(/\w+_(?:total|count)\b(?:\{[^}]*\})?(\[\w+\])?/g)];
      expect({ alert, bare: counters.filter(([, range]) => range === undefined) }).toEqual({
        alert,
        bare: [],
      });
    }
  });

  it('have one name each, and each a line in the README that says what to do', async () => {
    const alerts = (await readRules()).map(({ alert }) => alert);
    expect(new Set(alerts).size).toBe(alerts.length);
    const readme = await readFile('README.md', 'utf8');
    const [, runbook = ''] = readme.split('# When an alert fires\n');
    const [section = ''] = runbook.split(/^#/m);
    const lines = [...section.matchAll(/^\| `(Darkroom\w+)` +\| (.+?) *\|$/gm)];
    expect(lines.map(([, name]) => name)).toEqual(alerts);
    for (const [, , text] of lines) expect(text).toMatch(/^.{40,}[.]$/);
  });
});
