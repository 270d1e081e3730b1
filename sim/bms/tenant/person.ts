/** The author of a change: an employee, the service's API user or the RMM integration. */
export interface Person {
  id: number;
  name: string;
  email: string;
}
