import { Gauge, type Registry } from 'prom-client';

/** One value of a metric, with its labels. */
export type Figure = readonly [labels: Record<string, string>, value: number];

export interface GaugeOptions {
  name: string;
  help: string;
  labelNames: readonly string[];
  /** Called at each scrape. When it rejects, the gauge has no figures: none is better than an old one. */
  read(): Promise<readonly Figure[]> | readonly Figure[];
}

/** A gauge whose figures are read at each scrape; what a scrape does not read is gone. */
export function addGauge(registry: Registry, { name, help, labelNames, read }: GaugeOptions): void {
  new Gauge({
    ...{ name, help, labelNames, registers: [registry] },
    async collect() {
      const figures = await Promise.resolve(read()).catch((): readonly Figure[] => []);
      this.reset();
      for (const [labels, value] of figures) this.set(labels, value);
    },
  });
}
