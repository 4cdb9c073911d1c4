import { describe, expect, it } from 'vitest';
import { createAllowList } from '../../src/images/allow-list.ts';

const noHosts: readonly string[] = [];

describe('createAllowList', () => {
  it('takes a host without a port for any port', () => {
    const list = createAllowList({ hosts: ['Pictures.Intern'], cidrs: [] });
    expect(list.hasHost('pictures.intern', 9000)).toBe(true);
    expect(list.hasHost('other.intern', 9000)).toBe(false);
  });

  it('takes a host with a port for that port only', () => {
    const list = createAllowList({ hosts: ['localhost:80', '[::1]:9000'], cidrs: [] });
    expect(list.hasHost('localhost', 80)).toBe(true);
    expect(list.hasHost('localhost', 8080)).toBe(false);
    expect(list.hasHost('::1', 9000)).toBe(true);
    expect(list.hasHost('::1', 80)).toBe(false);
  });

  it('understands an IPv6 host without brackets', () => {
    expect(createAllowList({ hosts: ['fd00::5'], cidrs: [] }).hasHost('fd00::5', 1234)).toBe(true);
  });

  it.each([
    ['10.0.0.0/8', '10.200.3.4', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.200.3.4', true],
    ['10.0.0.0/8', 'fd00::1', false],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', '10.0.0.1', false],
    ['10.0.0.0/8', 'no address', false],
  ])('range %s and address %s: %s', (cidr, address, expected) => {
    expect(createAllowList({ hosts: noHosts, cidrs: [cidr] }).hasAddress(address)).toBe(expected);
  });

  it.each(['', 'http://host', 'host/path', 'user@host', 'host:port', 'host:1:2'])(
    'refuses the entry "%s"',
    (entry) => {
      expect(() => createAllowList({ hosts: [entry], cidrs: [] })).toThrow(/not a host/);
    },
  );
});
