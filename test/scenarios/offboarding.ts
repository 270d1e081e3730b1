import { changesOf, type Ground, openedSince, operations, type Scenario, ticketIn } from './ground.ts';

const askedFor = (name: string) =>
  `Offboard ${name}. Deactivate the assigned laptop, close pending IT requests, and notify the security team.`;

/** A person leaves: their laptop is deactivated, their tickets are closed with a note, security is informed. */
export const offboarding: Scenario = {
  name: "an offboarding changes the leaver's laptop and tickets and no one else's, and security has a ticket",
  async play(ground) {
    const person = { account: 'Millbrook Primary School', name: 'Colin Frost' };
    const { accountId, tickets, laptops } = await belongings(person, ground);
    const others = ground.before.tickets.filter(
      (ticket) => ticket.accountId === accountId && !tickets.includes(ticket.id),
    );
    return {
      runId: await ground.client.task({ text: askedFor(person.name), account: person.account }),
      async check(t, run, after) {
        t.equal(run.disposition, 'resolved');
        t.equal(laptops.length, 1);
        for (const id of laptops) t.equal((await ground.bms.assets.get(id)).isActive, false);
        t.same(changesOf(after, { assets: laptops }), [operations.deactivate]);
        t.equal(tickets.length, 3);
        for (const id of tickets) {
          t.equal(ticketIn(after, id).resolved, true);
          t.same(changesOf(after, { tickets: [id] }), [operations.note, operations.close]);
        }
        const untouched = others.filter(({ alertRefId }) => alertRefId === null).map(({ id }) => id);
        t.ok(untouched.length > 0);
        t.same(changesOf(after, { tickets: untouched }), [], 'tickets of others on the same laptop are let alone');
        const [opened, ...more] = openedSince(ground.before, after, accountId);
        t.match(opened, { resolved: false, queueName: 'Tier 3 Escalation' });
        t.ok((opened?.queueMembers ?? 0) > 0, 'people watch that queue');
        t.same(more, []);
      },
    };
  },
};

export const offboardingInVain: Scenario = {
  name: 'an offboarding whose deactivation fails inside a completed job does the rest and reports to people what is not done',
  async play(ground) {
    const person = { account: 'Example Dental Ltd', name: 'Olivia Grant' };
    const { accountId, tickets, laptops } = await belongings(person, ground);
    const path = '/v2/rmm/{integrationType}/assets/deactivate';
    await ground.sim.fault({ match: { method: 'PUT', path }, kind: 'row-failure', count: 9, message: 'agent is gone' });
    return {
      runId: await ground.client.task({ text: askedFor(person.name), account: person.account }),
      async check(t, run, after) {
        t.match(run, { disposition: 'escalated', reason: /row failed: "agent is gone"/ });
        t.notMatch(run.reason, /no one was notified/);
        t.ok(after.jobs.some(({ status, rows }) => status === 'Completed' && rows.some(({ ok }) => ok === false)));
        t.ok(laptops.length > 0);
        for (const id of laptops) t.equal((await ground.bms.assets.get(id)).isActive, true, 'it is active still');
        t.same(changesOf(after, { assets: laptops }), []);
        for (const id of tickets) t.equal(ticketIn(after, id).resolved, true);
        const [opened] = openedSince(ground.before, after, accountId);
        t.match(opened, { resolved: false, queueName: 'Tier 3 Escalation' });
        t.match((await ground.bms.tickets.get(opened?.id ?? 0)).details, /NOT .* deactivated .*agent is gone/);
      },
    };
  },
};

interface Person {
  account: string;
  name: string;
}

/** What BMS has of a person before anything is asked. */
async function belongings({ account, name }: Person, { bms }: Ground) {
  const accountId = idOf(await bms.crm.accounts({ name: account }));
  const contactId = idOf(await bms.crm.contacts(accountId, { name }));
  const { rows: tickets } = await bms.tickets.list({ accountId, contactId, excludeCompleted: true });
  const { rows: assets } = await bms.assets.search({ accountId, contactId, isActive: true });
  return { accountId, tickets: tickets.map(({ id }) => id), laptops: assets.map(({ id }) => id) };
}

function idOf(found: readonly { id: number }[]): number {
  const [only, ...others] = found;
  if (!only || others.length > 0) throw new Error(`${found.length} of that name`);
  return only.id;
}
