// What Darkroom measures of itself, for Prometheus.

import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { createCounters, type Counters } from './counters.ts';
import { createGauges } from './gauges.ts';
import type { Readings } from './readings.ts';

export interface Build {
  readonly version: string;
  readonly role: string;
}

export interface Metrics extends Counters {
  /** All of them, with what is read anew each time. */
  expose(readings: Readings): ExposedMetrics;
}

export interface ExposedMetrics {
  /** In Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** `expose` may be called once. */
export function createMetrics({ version, role }: Build): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'darkroom_build_info',
    help: 'Always 1; its labels are the versions of Darkroom and Node and what this process does (bot, worker or both).',
    labelNames: ['version', 'node', 'role'],
    registers: [registry],
  }).set({ version, node: process.versions.node, role }, 1);
  return {
    ...createCounters(registry),
    expose(readings) {
      const readGauges = createGauges(registry, readings);
      return {
        async text() {
          await readGauges();
          return registry.metrics();
        },
        contentType: registry.contentType,
      };
    },
  };
}
