import { describe, expect, it } from 'vitest';
import { readSurvey } from '../../src/queue/survey.ts';
import { until } from '../support/until.ts';
import { buildDrop, buildRows, createFixture, startBatch } from './queue-fixture.ts';

