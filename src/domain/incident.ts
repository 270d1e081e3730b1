/** One fault: the alerts that share an alert key. */
export interface Incident {
  id: string;
  alertKey: string;
  connection: string;
  state: 'open' | 'resolved';
  occurrences: number;
  alerts: string[];
  runs: string[];
  ticket: { id: number; number: string } | null;
}
