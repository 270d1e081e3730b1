/** One figure of a process's `/metrics`, by its name and labels as they stand there; 0 when it is absent. */
export async function readMetric(url: string, name: string): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  return Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? 0);
}
