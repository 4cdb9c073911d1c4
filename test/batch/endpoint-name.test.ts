import { describe, expect, it } from 'vitest';
import { toEndpointName } from '../../src/batch/endpoint-name.ts';

describe('the name of a model server', () => {
  it.each([
    ['http://gpu1:8000', 'gpu1:8000'],
    ['http://GPU1:8000/v1/', 'gpu1:8000'],
    ['http://gpu1', 'gpu1:80'],
    ['https://gpu1/v1', 'gpu1:443'],
    ['https://router/team-a/v1', 'router:443/team-a'],
    ['https://router/team-b//', 'router:443/team-b'],
    ['http://[::1]:8000', '[::1]:8000'],
  ])('of %s is %s', (url, name) => {
    expect(toEndpointName(url)).toBe(name);
  });

  it('holds no password and no query', () => {
    expect(toEndpointName('http://me:secret@gpu1:8000/?key=secret')).toBe('gpu1:8000');
  });
});
