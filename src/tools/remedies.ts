import { z } from 'zod';
import { alertOf, type RunState } from '../domain/run-state.ts';
import type { Assets } from '../kaseya/assets.ts';
import type { Remedies } from '../remedies/remedies.ts';
import { suits } from '../remedies/settings.ts';
import type { WriteToolName } from './catalogue.ts';
import { withoutAccount } from './scope.ts';
import { defineWrite, refuse } from './tool.ts';

const toolName: WriteToolName = 'run_a_remedy';

/** The tool that runs the operator's remedies; an empty list when none is set up. */
export function remedyTools({ assets, remedies }: { assets: Assets; remedies: Remedies }) {
  const entries = Object.entries(remedies.settings);
  if (entries.length === 0) return [];
  const list = entries.map(
    ([
      name,
      {
        description,
        for: { monitors },
      },
    ]) => `"${name}" (${monitors.join(', ')}): ${description}`,
  );
  const fitting = (state: RunState): string[] => {
    const alert = alertOf(state);
    return alert ? entries.flatMap(([name, remedy]) => (suits(remedy, alert) ? [name] : [])) : [];
  };

  return [
    defineWrite({
      name: toolName,
      description: `Runs one of the operator's prepared repairs on the alert's own device, and on no other. The result is what the device reported; it does not close the ticket, and it does not prove that the fault is over: read the device again. Remedies: ${list.join('; ')}`,
      input: z.strictObject({
        name: z.string().min(1).max(63).describe('a name from the list'),
        reason: z.string().min(1).max(500).describe('why this repair fits what was found'),
      }),
      outside({ name }, { state, scope, callId }) {
        const fits = fitting(state);
        if (!fits.includes(name))
          return refuse(
            'out_of_scope',
            `"${name}" is not meant for this alert; meant for it: ${fits.join(', ') || 'none'}`,
          );
        if (hasRun(name, state, callId)) return refuse('already_written', `this run has run "${name}" before`);
        if (!scope.asset)
          return withoutAccount(scope) ?? refuse('no_device', "BMS knows no asset for the alert's device");
        return withoutAccount(scope);
      },
      async prepare({ name, reason }, { state, scope }) {
        if (!scope.asset) return refuse('no_device', "BMS knows no asset for the alert's device");
        const asset = await assets.get(scope.asset.id);
        if (asset.accountId !== scope.account?.id) return refuse('out_of_scope', 'the asset is not of this account');
        const reported = alertOf(state)?.device.id;
        const known = asset.agentId || null;
        // An alert may name one client's device and another's id: BMS's own record of the asset decides.
        if (reported && known && reported !== known)
          return refuse('no_device', `the alert came from device ${reported}, BMS knows this asset as ${known}`);
        const uid = known ?? reported;
        if (!uid) return refuse('no_device', "neither the alert nor BMS has the RMM's id of the device");
        const device = { uid, name: scope.asset.name };
        const objection = await remedies.objection(name, { ...device, isVouchedFor: known !== null });
        return objection ? refuse('out_of_scope', objection) : { name, reason, device };
      },
      async write({ name, device }, trace) {
        return { kind: 'job', ...(await remedies.start({ name, device, ...trace })) };
      },
      async readBack({ name, device }, trace) {
        const found = await remedies.readBack({ name, device, ...trace });
        return typeof found === 'string' ? found : { kind: 'job', ...found };
      },
    }),
  ];
}

/** Once a run, however the model words its reason, unless it is certain that it was not started. */
const hasRun = (name: string, state: RunState, callId: string): boolean =>
  [...state.calls.values()].some(({ id, intent, result }) => {
    if (id === callId || intent?.tool !== toolName) return false;
    const args = intent.args;
    const isSame = typeof args === 'object' && args !== null && 'name' in args && args.name === name;
    return isSame && !(result?.kind === 'write' && result.outcome === 'refused');
  });
