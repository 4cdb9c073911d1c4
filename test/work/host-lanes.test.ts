import { describe, expect, it } from 'vitest';
import { toHosts } from '../../src/work/host-lanes.ts';

describe('the hosts of a row’s pictures', () => {
  it.each([
    ['one', ['https://Shop.example/a.jpg'], 'shop.example'],
    ['one with a port', ['http://shop.example:8080?a=1'], 'shop.example:8080'],
    ['several, in any order', ['http://b.example/1', 'http://a.example/2'], 'a.example b.example'],
    ['one for several pictures', ['http://a.example/1', 'http://a.example/2'], 'a.example'],
    ['none of what is no link', ['not a link'], ''],
    ['none of a picture that came with the drop', [{ file: 0, name: 'a.jpg' }], ''],
    ['none without pictures', [], ''],
  ])('are %s', (_, images, hosts) => {
    expect(toHosts(images)).toBe(hosts);
  });
});
