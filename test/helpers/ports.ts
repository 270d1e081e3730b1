/** Time, chance and ids of the machine, as `app` hands them in. */
export { systemPorts as ports } from '../../src/app/system-ports.ts';
