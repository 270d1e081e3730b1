import { serveUpstream, type UpstreamOptions } from './upstream-server.ts';

// A program of its own: what the clients do to the machine must not stop the upstream's clock.
const { options, phaseMs } = JSON.parse(process.argv[2] ?? '') as { options: UpstreamOptions; phaseMs: number };
const server = serveUpstream(options, phaseMs);

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the upstream has no port');
  process.send?.({ url: `http://127.0.0.1:${address.port}` });
});
process.once('disconnect', () => process.exit(0));
