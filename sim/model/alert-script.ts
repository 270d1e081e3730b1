import {
  type ChatRequest,
  descriptionOf,
  hasRecovered,
  type Opening,
  type Outcome,
  outcomesOf,
} from './conversation.ts';
import { type DiskFinding, judgeDisk } from './disk.ts';
import { call, type Evidence, end, type Move } from './move.ts';
import { evidenceOf, hasWorked } from './steps.ts';

const tools = {
  asset: 'get_single_kaseya_bms_servicedesk_hardwareasset_by_id',
  remedy: 'run_a_remedy',
  resolve: 'create_a_kaseya_bms_tickets_resolve',
  open: 'create_a_kaseya_bms_rmm_ticket',
};

/** What the alert script has before it. */
interface Case {
  opening: Opening;
  /** The latest read of the device. */
  asset: Outcome | undefined;
  disk: DiskFinding | null;
  remedy: Outcome | undefined;
  seen: Evidence;
}

/** An alert: read the device, fix what a remedy can fix, close the ticket if the fault is over. */
export function alertMove(request: ChatRequest, opening: Opening): Move {
  const { known } = opening;
  if (!known) return end('inconclusive', 'the conversation does not begin with an alert', [], 'Nothing to go on.');
  const outcomes = outcomesOf(request);
  const base: Evidence = [{ step: known.step, finding: 'account, asset and ticket as BMS has them' }];
  if (!known.account) {
    const text = summary(opening, 'BMS does not show whose alert this is');
    return end('escalated', known.reason ?? 'the account is unknown', base, text);
  }
  const found = readCase(opening, outcomes, base);
  const write = outcomes.findLast(({ name }) => name === tools.resolve || name === tools.open);
  if (write) return afterWrite(write, opening, found.seen);
  if (!known.ticket) return openTicket(opening);
  const isStale = !found.asset || (hasWorked(found.remedy) && outcomes.indexOf(found.asset) < indexOf(outcomes, found));
  if (isStale && known.asset) return call('Read the device first.', tools.asset, { assetId: known.asset.id });
  if (hasRecovered(request)) return resolve(opening, 'The monitoring tool has reported recovery.');
  return judge(found, remedyFor(opening, descriptionOf(request, tools.remedy)));
}

function readCase(opening: Opening, outcomes: Outcome[], base: Evidence): Case {
  const { title, description } = opening.alert;
  const asset = outcomes.findLast(({ name }) => name === tools.asset);
  const disk = asset?.status === 'ok' ? judgeDisk(`${title} ${description}`, asset.data) : null;
  const remedy = outcomes.findLast(({ name }) => name === tools.remedy);
  const seen = [
    ...base,
    ...evidenceOf(remedy, `the remedy ended as "${remedy?.status}"`),
    ...evidenceOf(asset, disk ? fill(disk) : 'the device as BMS has it'),
  ];
  return { opening, asset, disk, remedy, seen };
}

const indexOf = (outcomes: Outcome[], { remedy }: Case) => (remedy ? outcomes.indexOf(remedy) : -1);

/** The first remedy that the tool's own words name for the alert's monitor: `"name" (monitor, monitor): …`. */
function remedyFor({ alert }: Opening, description: string): string | null {
  const monitor = alert.monitor?.toLowerCase();
  const offers = [...description.matchAll(/"([a-z0-9-]+)" \(([^)]*)\):/g)];
  return (
    offers.find(([, , monitors]) =>
      monitors
        ?.toLowerCase()
        .split(', ')
        .includes(monitor ?? ''),
    )?.[1] ?? null
  );
}

/** Decides by the latest read of the disk. `remedyName` is the remedy that would free space. */
function judge({ opening, disk, remedy, seen }: Case, remedyName: string | null): Move {
  const report = (disposition: string, reason: string, finding: string) =>
    end(disposition, reason, seen, summary(opening, finding));
  if (!disk) return report('escalated', 'no rule says whether this fault is over', 'the fault may persist');
  if (disk.usedPercent < disk.thresholdPercent) {
    const how = remedy ? 'The remedy has cleared the condition' : 'The condition has cleared';
    return resolve(opening, `${how}: ${fill(disk)}.`);
  }
  if (remedyName !== null && !remedy) {
    return call('The disk is full; run the clean-up and read the device again.', tools.remedy, {
      name: remedyName,
      reason: fill(disk),
    });
  }
  if (remedy?.status === 'described')
    return report('no_action', 'observe mode: would run the clean-up', 'what would be done is in the timeline');
  const tried = remedy ? `the clean-up ended as "${remedy.status}"; ` : '';
  return report('escalated', `${tried}the fault persists: ${fill(disk)}`, `${tried}${fill(disk)}; space must be freed`);
}

const fill = (disk: DiskFinding) =>
  `${disk.drive} is ${disk.usedPercent}% full, the alert fires at ${disk.thresholdPercent}%`;

function resolve({ alert }: Opening, why: string): Move {
  const resolutionNote = `${why} Alert: ${alert.title}. Closed by automatic triage.`;
  const args = { alertRefId: alert.sourceId, resolutionNote };
  return call('The fault is over; close the ticket and wait for the job.', tools.resolve, args);
}

function openTicket({ alert }: Opening): Move {
  const args = { title: alert.title.slice(0, 200), details: alert.description || alert.title };
  return call('BMS holds no ticket for this alert; open one.', tools.open, args);
}

/** Believes the outcome and nothing else. */
function afterWrite(write: Outcome, opening: Opening, base: Evidence): Move {
  const isResolve = write.name === tools.resolve;
  const evidence = [...base, ...evidenceOf(write, `the write ended as "${write.status}"`)];
  const report = (disposition: string, reason: string, finding: string) =>
    end(disposition, reason, evidence, summary(opening, finding));
  if (hasWorked(write)) {
    return isResolve
      ? report(
          'resolved',
          'the fault is over and the ticket is closed',
          'the device shows that the condition has cleared; the ticket was closed through the RMM job',
        )
      : report('ticketed', 'BMS had no ticket for this alert; one is open now', 'a ticket was opened');
  }
  const verb = isResolve ? 'close' : 'open';
  if (write.status === 'described') {
    return report('no_action', `observe mode: would ${verb} the ticket`, 'what would be written is in the timeline');
  }
  if (write.status === 'as_wanted')
    return report('no_action', 'the fault is over and its ticket is closed', write.message ?? 'no message');
  const doing = isResolve ? 'closing' : 'opening';
  return report('escalated', `${doing} the ticket ended as "${write.status}"`, write.message ?? 'no message');
}

const summary = ({ alert, known }: Opening, finding: string) =>
  `Fired: ${alert.title} on ${alert.device.name ?? 'an unnamed device'}. Found: ticket ${known?.ticket?.number ?? 'none'}, ${known?.account?.name ?? 'no account'}; ${finding}.`;
