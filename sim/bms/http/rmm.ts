import { createTickets } from '../rmm/create-ticket.ts';
import { deactivateAssets } from '../rmm/deactivate-asset.ts';
import { isFinished, type Job, type JobRow, jobWord, submitJob } from '../rmm/jobs.ts';
import type { RowAction } from '../rmm/row-action.ts';
import { duplicateTickets, resolveTickets } from '../rmm/update-ticket.ts';
import { type Answer, errorCodes, notFound, ok, Refusal } from '../wire.ts';
import type { Call, Route } from './route.ts';

/** Each takes an array and answers with a job id at once; what became of the rows is told by the job. */
const submitRoutes = [createTickets, resolveTickets, duplicateTickets, deactivateAssets].map(
  (action): Route => ({ method: action.method, template: action.template, handle: (call) => submit(call, action) }),
);

function submit(call: Call, action: RowAction): Answer {
  checkIntegration(call);
  if (!Array.isArray(call.body) || call.body.length === 0) {
    throw new Refusal(200, errorCodes.malformed, 'The body must be an array with at least one row');
  }
  const { world, state } = call;
  const rows = action.readRows(call.body);
  const target = { method: action.method, path: call.path, template: action.template };
  const alertRefIds = rows.map(({ alertRefId }) => alertRefId);
  const fault = world.faults.takeForRows(target, alertRefIds);
  const failure = fault && (fault.message ?? 'The row was refused, as was asked for');
  const jobRows = rows.map((row): JobRow => {
    const isHit = fault && (fault.match.alertRefId ?? row.alertRefId) === row.alertRefId;
    const isUnlucky = world.random.next() < state.options.jobFailure;
    return { ...row, doomed: isHit ? failure : isUnlucky ? 'The row could not be processed' : null, outcome: null };
  });
  const job = submitJob(world, action, jobRows, { jobSeconds: state.options.jobSeconds, now: state.now() });
  return ok({ jobId: job.id });
}

function checkIntegration({ tenant, param }: Call): void {
  const wanted = param('integrationType');
  if (wanted.toLowerCase() !== tenant.integrationType.toLowerCase()) throw notFound(`Integration ${wanted}`);
}

const statusRoute = (family: Job['family'], rowView: (row: JobRow) => object): Route => ({
  method: 'GET',
  template: `/v2/rmm/{integrationType}/${family}/status/{jobId}`,
  handle(call) {
    checkIntegration(call);
    const job = call.world.jobs.get(call.param('jobId'));
    if (job?.family !== family) throw notFound(`Job ${call.param('jobId')}`);
    const now = call.state.now();
    const details = isFinished(job, now) ? job.rows.map(rowView) : [];
    // A string at submission, a 64-bit number here: that is how Kaseya describes it.
    return ok({ jobId: BigInt(job.id), jobStatus: jobWord(job, now), actionType: job.actionType, details });
  },
});

const headOf = ({ outcome, transactionId }: JobRow) => ({
  ...{ statusCode: outcome?.ok ? '200' : '422', statusMessage: outcome?.message ?? null, transactionId },
});

const ticketStatus = statusRoute('tickets', (row) => ({
  ...headOf(row),
  alertRefId: row.alertRefId,
  ...{ ticketNumber: row.outcome?.ticketNumber ?? null, ticketId: row.outcome?.ticketId ?? null },
}));

const assetStatus = statusRoute('assets', (row) => ({
  ...headOf(row),
  ...{ assetId: row.assetId, psaAssetId: row.outcome?.psaAssetId ?? null },
}));

const integrationStatus: Route = {
  method: 'GET',
  template: '/v2/rmm/{integrationType}/status',
  handle(call) {
    checkIntegration(call);
    return ok({ isEnabled: true });
  },
};

const integrations: Route = {
  method: 'GET',
  template: '/v2/rmm/integrations',
  handle: ({ tenant }) =>
    ok([
      {
        ...{ type: tenant.integrationTypeId, enabled: true, target: `https://${tenant.integrationType}.example` },
        ...{ enableRemoteConnect: false, showServerAddressOnTicket: false },
      },
    ]),
};

export const rmmRoutes: Route[] = [...submitRoutes, ticketStatus, assetStatus, integrationStatus, integrations];
