import t from 'tap';
import { baseUrlOf } from '../../src/kaseya/regions.ts';

t.test('a region has a name, any other host is its own', async (t) => {
  t.equal(baseUrlOf('EMEA'), 'https://api.bmsemea.kaseya.com');
  t.equal(baseUrlOf('https://api.vorexlogin.com'), 'https://api.vorexlogin.com');
});
