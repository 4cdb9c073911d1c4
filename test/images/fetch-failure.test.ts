import { describe, expect, it } from 'vitest';
import { RefusedAddress } from '../../src/images/checked-agent.ts';
import { toNetworkFailure, toStatusFailure } from '../../src/images/fetch-failure.ts';
import { toFault } from '../../src/errors.ts';

describe('toNetworkFailure', () => {
  it.each([
    { code: 'UND_ERR_CONNECT_TIMEOUT', fault: 'E_IMAGE_TIMEOUT', retries: 1, strained: true },
    { code: 'UND_ERR_HEADERS_TIMEOUT', fault: 'E_IMAGE_TIMEOUT', retries: 1, strained: true },
    { code: 'UND_ERR_BODY_TIMEOUT', fault: 'E_IMAGE_TIMEOUT', retries: 1, strained: true },
    { code: 'ETIMEDOUT', fault: 'E_IMAGE_TIMEOUT', retries: 1, strained: true },
    { code: 'ENOTFOUND', fault: 'E_IMAGE_DNS', retries: 1, strained: false },
    { code: 'EAI_AGAIN', fault: 'E_IMAGE_DNS', retries: 2, strained: false },
    { code: 'CERT_HAS_EXPIRED', fault: 'E_IMAGE_TLS', retries: 0, strained: false },
    { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', fault: 'E_IMAGE_TLS', retries: 0, strained: false },
    { code: 'SELF_SIGNED_CERT_IN_CHAIN', fault: 'E_IMAGE_TLS', retries: 0, strained: false },
    { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', fault: 'E_IMAGE_TLS', retries: 0, strained: false },
    { code: 'ERR_TLS_CERT_ALTNAME_INVALID', fault: 'E_IMAGE_TLS', retries: 0, strained: false },
    { code: 'ERR_SSL_WRONG_VERSION_NUMBER', fault: 'E_IMAGE_TLS', retries: 0, strained: false },
    { code: 'ECONNREFUSED', fault: 'E_IMAGE_UNREACHABLE', retries: 2, strained: false },
    { code: 'ECONNRESET', fault: 'E_IMAGE_UNREACHABLE', retries: 2, strained: false },
    { code: 'EHOSTUNREACH', fault: 'E_IMAGE_UNREACHABLE', retries: 2, strained: false },
    { code: 'UND_ERR_SOCKET', fault: 'E_IMAGE_UNREACHABLE', retries: 2, strained: false },
    { code: 'HPE_INVALID_CONSTANT', fault: 'E_IMAGE_UNREACHABLE', retries: 2, strained: false },
  ])('$code: $fault, $retries more tries', ({ code, fault, ...expected }) => {
    const error = Object.assign(new Error('x'), { code });
    expect(toNetworkFailure(error, 'shop.example')).toEqual({
      fault: { code: fault, params: { host: 'shop.example' } },
      ...expected,
    });
  });

  it('hands on what a refused address was refused for', () => {
    const fault = toFault('E_URL_BLOCKED', {});
    expect(toNetworkFailure(new RefusedAddress(fault), 'shop.example')).toMatchObject({
      fault,
      retries: 0,
    });
  });

  it('takes anything unknown for a host that could not be reached', () => {
    expect(toNetworkFailure('odd', 'shop.example').fault.code).toBe('E_IMAGE_UNREACHABLE');
  });
});

describe('toStatusFailure', () => {
  it('keeps a wish to wait that is a number of seconds', () => {
    expect(toStatusFailure(429, 'shop.example', '2')).toMatchObject({ afterMs: 2000 });
  });

  it.each(['Wed, 21 Oct 2026 07:28:00 GMT', '-1', '', undefined])(
    'does without any other wish: %s',
    (wish) => {
      expect(toStatusFailure(429, 'shop.example', wish)).not.toHaveProperty('afterMs');
    },
  );
});
