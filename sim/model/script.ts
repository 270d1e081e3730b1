import { type ChatRequest, hasRecovered, type Opening, type Outcome, openingOf, outcomesOf } from './conversation.ts';
import { judgeDisk } from './disk.ts';

/** What the scripted model answers: a thought, and one tool call. */
export interface Move {
  thought: string;
  name: string;
  args: Record<string, unknown>;
}

const tools = {
  asset: 'get_single_kaseya_bms_servicedesk_hardwareasset_by_id',
  resolve: 'create_a_kaseya_bms_tickets_resolve',
  open: 'create_a_kaseya_bms_rmm_ticket',
  conclude: 'conclude',
};

type Evidence = { step: number; finding: string }[];

/**
 * A model that follows one fixed plan: look at the device, close the ticket if the fault is over, believe only results.
 * It knows no ids: every one comes from the conversation.
 */
export function nextMove(request: ChatRequest): Move {
  const opening = openingOf(request);
  if (!opening?.known) {
    return end('inconclusive', 'the conversation does not begin with an alert', [], 'Nothing to go on.');
  }
  const { known, alert } = opening;
  const outcomes = outcomesOf(request);
  const base: Evidence = [{ step: known.step, finding: 'account, asset and ticket as BMS has them' }];
  if (!known.account) {
    const text = summary(opening, 'BMS does not tell whose alert this is');
    return end('escalated', known.reason ?? 'the account is unknown', base, text);
  }
  const asset = outcomes.find(({ name }) => name === tools.asset);
  const disk = asset?.status === 'ok' ? judgeDisk(`${alert.title} ${alert.description}`, asset.data) : null;
  const seen =
    asset?.step == null
      ? base
      : [...base, { step: asset.step, finding: disk ? fill(disk) : 'the device as BMS has it' }];

  const write = outcomes.findLast(({ name }) => name === tools.resolve || name === tools.open);
  if (write) return afterWrite(write, opening, seen);
  if (!known.ticket) return openTicket(opening);
  if (!asset && known.asset) {
    return { thought: 'Look at the device first.', name: tools.asset, args: { assetId: known.asset.id } };
  }
  if (hasRecovered(request)) return resolve(opening, 'The monitoring tool has reported recovery.');
  if (!disk)
    return end(
      'escalated',
      'no rule tells whether this fault is over',
      seen,
      summary(opening, 'the fault may persist'),
    );
  if (disk.usedPercent < disk.thresholdPercent) return resolve(opening, `The condition has cleared: ${fill(disk)}.`);
  return end(
    'escalated',
    `the fault persists: ${fill(disk)}`,
    seen,
    summary(opening, `${fill(disk)}; space must be freed`),
  );
}

const fill = (disk: { drive: string; usedPercent: number; thresholdPercent: number }) =>
  `${disk.drive} is ${disk.usedPercent}% full, the alert fires at ${disk.thresholdPercent}%`;

function resolve({ alert }: Opening, why: string): Move {
  const resolutionNote = `${why} Alert: ${alert.title}. Closed by automatic triage.`;
  return {
    thought: 'The fault is over; close the ticket and wait for the job.',
    name: tools.resolve,
    args: { alertRefId: alert.sourceId, resolutionNote },
  };
}

function openTicket({ alert }: Opening): Move {
  const args = { title: alert.title.slice(0, 200), details: alert.description || alert.title };
  return { thought: 'BMS holds no ticket for this alert; open one.', name: tools.open, args };
}

/** Believes the outcome and nothing else. */
function afterWrite(write: Outcome, opening: Opening, base: Evidence): Move {
  const isResolve = write.name === tools.resolve;
  const evidence =
    write.step === null ? base : [...base, { step: write.step, finding: `the write ended as "${write.status}"` }];
  if (write.status === 'succeeded' || write.status === 'ok') {
    return isResolve
      ? end(
          'resolved',
          'the fault is over and the ticket is closed',
          evidence,
          summary(
            opening,
            'the device shows that the condition has cleared; the ticket was closed through the RMM job',
          ),
        )
      : end(
          'ticketed',
          'BMS had no ticket for this alert; one is open now',
          evidence,
          summary(opening, 'a ticket was opened'),
        );
  }
  if (write.status === 'described') {
    return end(
      'no_action',
      `observe mode: would ${isResolve ? 'close' : 'open'} the ticket`,
      evidence,
      summary(opening, 'what would be written is in the timeline'),
    );
  }
  return end(
    'escalated',
    `${isResolve ? 'closing' : 'opening'} the ticket ended as "${write.status}"`,
    evidence,
    summary(opening, write.message ?? 'no message'),
  );
}

const summary = ({ alert, known }: Opening, finding: string) =>
  `Fired: ${alert.title} on ${alert.device.name ?? 'an unnamed device'}. Found: ticket ${known?.ticket?.number ?? 'none'}, ${known?.account?.name ?? 'no account'}; ${finding}.`;

const end = (disposition: string, reason: string, evidence: Evidence, text: string): Move => ({
  thought: 'Done.',
  name: tools.conclude,
  args: { disposition, reason, summary: text, evidence },
});
