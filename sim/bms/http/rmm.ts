import { createTickets } from '../rmm/create-ticket.ts';
import { dattoAlertRow, dattoAlerts } from '../rmm/datto-alert.ts';
import { deactivateAssets } from '../rmm/deactivate-asset.ts';
import { isFinished, type Job, type JobRow, jobWord } from '../rmm/job.ts';
import type { Wording } from '../rmm/job-words.ts';
import { addAssets, replaceAssets } from '../rmm/save-asset.ts';
import { duplicateTickets, resolveTickets } from '../rmm/update-ticket.ts';
import { notFound, ok } from '../wire.ts';
import { checkIntegration } from './integration.ts';
import type { Route } from './route.ts';
import { submitArray, submitRows } from './submit.ts';

/** Each takes an array and answers with a job id at once; the job reports what became of the rows. */
const submitRoutes = [
  ...[createTickets, resolveTickets, duplicateTickets],
  ...[addAssets, replaceAssets, deactivateAssets],
].map(
  (action): Route => ({
    method: action.method,
    template: action.template,
    handle(call) {
      checkIntegration(call);
      return ok({ jobId: submitArray(call, action) });
    },
  }),
);

/** The literal path holds for that one integration, whatever the tenant's own is called. */
const dattoAlert: Route = {
  method: 'POST',
  template: dattoAlerts.template,
  handle: (call) => ok({ jobId: submitRows(call, dattoAlerts, [dattoAlertRow(call.body, call.world)]) }),
};

const statusRoute = (family: Job['family'], rowView: (row: JobRow) => object): Route => ({
  method: 'GET',
  template: `/v2/rmm/{integrationType}/${family}/status/{jobId}`,
  handle(call) {
    checkIntegration(call);
    const job = call.world.jobs.get(call.param('jobId'));
    if (job?.family !== family) throw notFound(`Job ${call.param('jobId')}`);
    const now = call.state.now();
    const details = isFinished(job, now)
      ? job.rows.map((row) => ({ ...headOf(row, job.wording), ...rowView(row) }))
      : [];
    // A string at submission, a 64-bit number here: that is how Kaseya describes it.
    return ok({ jobId: BigInt(job.id), jobStatus: jobWord(job, now), actionType: job.actionType, details });
  },
});

const headOf = ({ outcome }: JobRow, { rowOk, rowFailed }: Wording) => ({
  ...{ statusCode: outcome?.ok ? rowOk : rowFailed, statusMessage: outcome?.message ?? null },
});

const ticketStatus = statusRoute('tickets', (row) => ({
  ...{ transactionId: row.transactionId, alertRefId: row.alertRefId },
  ...{ ticketNumber: row.outcome?.ticketNumber ?? null, ticketId: row.outcome?.ticketId ?? null },
}));

const assetStatus = statusRoute('assets', (row) => ({
  ...{ transactionId: row.transactionId, assetId: row.assetId },
  ...{ psaAssetId: row.outcome?.psaAssetId ?? null },
}));

const mappingStatus = statusRoute('mappings', ({ externalId }) => ({ externalId: externalId ?? null }));

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

export const rmmRoutes: Route[] = [
  ...submitRoutes,
  dattoAlert,
  ...[ticketStatus, assetStatus, mappingStatus, integrationStatus, integrations],
];
