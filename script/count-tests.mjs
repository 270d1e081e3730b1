// Reads tap's output, passes it on, and closes with one plain line that any CI can read.
import { createInterface } from 'node:readline';

let total = { pass: 0, fail: 0, skip: 0 };
for await (const line of createInterface({ input: process.stdin })) {
  console.log(line);
  const counts = line.match(/^# \{ (.*) \}$/)?.[1];
  if (counts)
    total = {
      ...total,
      ...Object.fromEntries(
        counts
          .split(', ')
          .map((pair) => pair.split(': '))
          .map(([k, v]) => [k, Number(v)]),
      ),
    };
}
console.log(`${total.pass} passed, ${total.fail} failed, ${total.skip} skipped`);
