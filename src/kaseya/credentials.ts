/** How the service signs in to BMS. Source: Kaseya's OpenAPI, `POST /v2/security/authenticate`. */
export interface Credentials {
  username: string;
  password: string;
  /** The company name under My Settings, not a subdomain; may hold spaces. */
  tenant: string;
  /** Base32. BMS asks an employee enrolled in MFA for the code, but never an "API Employee". */
  mfaSecret?: string | null;
}
