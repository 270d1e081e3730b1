/** An environment that lacks only TRIAGE_CONFIG. */
export const keys = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  DATTO_WEBHOOK_SECRET: 'datto-secret',
  API_KEYS: 'ops:key-of-ops',
  KASEYA_BASE_URL: 'https://api.bms.kaseya.com/',
  KASEYA_USERNAME: 'triage',
  KASEYA_PASSWORD: 'password',
  KASEYA_TENANT: 'Acme MSP',
  OPENAI_API_KEY: 'sk',
  OPENAI_MODEL: 'm',
};
