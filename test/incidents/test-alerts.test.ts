import t from 'tap';
import { alertActionSchema } from '../../src/domain/alert.ts';
import { ignoreTestAlerts } from '../../src/incidents/test-alerts.ts';
import { alert } from '../helpers/entries.ts';

t.test('a test alert is ignored, belongs to no incident, and is still to be recorded', async (t) => {
  t.same(await ignoreTestAlerts({ ...alert, action: 'test' }), {
    verdict: 'ignored',
    incidentId: '',
    runId: '',
    unrecorded: { outcome: 'ignored', reason: 'a test, or news of a fault that is not open' },
  });
});

t.test('an alert that is no test is left to the next stage', async (t) => {
  for (const action of alertActionSchema.options.filter((each) => each !== 'test'))
    t.equal(await ignoreTestAlerts({ ...alert, action }), null, action);
});
