/** One fault, as `/v1/incidents` shows it: the alerts that share an alert key. */
export interface Incident {
  id: string;
  alertKey: string;
  connection: string;
  state: 'open' | 'resolved';
  /** How often the fault was reported. */
  occurrences: number;
  /** Ids, the oldest first. */
  alerts: string[];
  /** Ids, the oldest first. */
  runs: string[];
  ticket: { id: number; number: string } | null;
}
