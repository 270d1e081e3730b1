// Loaded into a service process (`--import`): writes down which file of src each call enters, in order.
// SIGUSR2 starts a recording; the next one ends it. TRACE_FILE.on says that it runs, TRACE_FILE.off holds it: a file
// name a line, a file that calls itself once.
import { writeFileSync } from 'node:fs';
import { register } from 'node:module';

const { TRACE_FILE: out } = process.env;
let entered = null;

globalThis.__entered = (file) => {
  if (entered && entered.at(-1) !== file) entered.push(file);
};

process.on('SIGUSR2', () => {
  if (entered) writeFileSync(`${out}.off`, entered.join('\n'));
  else writeFileSync(`${out}.on`, '');
  entered = entered ? null : [];
});

register('./trace-hooks.mjs', import.meta.url);
