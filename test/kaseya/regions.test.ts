import t from 'tap';
import { baseUrlOf } from '../../src/kaseya/regions.ts';

t.test('the base URL of BMS is given by the name of a region or as a URL of its own', async (t) => {
  t.equal(baseUrlOf('EMEA'), 'https://api.bmsemea.kaseya.com');
  t.equal(baseUrlOf('https://api.vorexlogin.com'), 'https://api.vorexlogin.com');
});
