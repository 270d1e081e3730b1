import t from 'tap';
import { isBase32, totp } from '../../src/kaseya/totp.ts';

/** "12345678901234567890", the secret of RFC 6238's own table, in base32. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

t.test('the TOTP codes are those of RFC 6238', async (t) => {
  const table: [seconds: number, code: string][] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ];
  for (const [seconds, code] of table) t.equal(totp(secret, seconds * 1000), code);
});

t.test('a TOTP secret is accepted in the forms in which people copy it', async (t) => {
  t.equal(totp('gezd gnbv-gy3t qojq gezd gnbv gy3t qojq==', 59_000), '287082');
  t.ok(isBase32('gezd gnbv gy3t qojq'));
  for (const wrong of ['', 'short', '12345678', 'otpauth://totp/x']) t.notOk(isBase32(wrong), wrong);
});
