import { errorMessage } from '../domain/errors.ts';
import type { Bms } from '../kaseya/bms.ts';
import { resolveEntry } from '../kaseya/resolve-entry.ts';
import { type Finding, failure, good } from './finding.ts';

/** Does every account that a sender's customer is mapped to exist, once and active? One call for each account. */
export async function checkAccounts(bms: Bms, accounts: Readonly<Record<string, string>>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of new Set(Object.values(accounts))) {
    const senders = Object.keys(accounts).filter((sender) => accounts[sender] === name);
    const check = `accounts: ${senders.map((sender) => `"${sender}"`).join(', ')}`;
    try {
      const found = await bms.crm.accounts({ name });
      const resolved = resolveEntry('account', name, found);
      findings.push(
        resolved.ok
          ? good(check, `"${name}" exists`)
          : failure(check, resolved.message, 'fix the mapping under accounts'),
      );
    } catch (error) {
      findings.push(failure(check, errorMessage(error), "give the user's role access to accounts"));
    }
  }
  return findings;
}
