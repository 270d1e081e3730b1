/** How the service signs in to BMS. Source: Kaseya's OpenAPI, `POST /v2/security/authenticate`. */
export interface Credentials {
  username: string;
  password: string;
  /** The company name under My Settings, not a subdomain; may hold spaces. */
  tenant: string;
  /** Base32; BMS asks an employee who has enrolled in MFA for its code, an "API Employee" never. */
  mfaSecret?: string | null;
}
