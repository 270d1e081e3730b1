/** `error`: the service will fail. `warning`: something will be missing or refused. `ok`: checked and good. */
export interface Finding {
  check: string;
  level: 'ok' | 'warning' | 'error';
  message: string;
  /** What to do about it; null when there is nothing to do. */
  fix: string | null;
}

export const good = (check: string, message: string): Finding => ({ check, level: 'ok', message, fix: null });
export const warning = (check: string, message: string, fix: string): Finding => ({
  ...{ check, level: 'warning', message, fix },
});
export const failure = (check: string, message: string, fix: string): Finding => ({
  ...{ check, level: 'error', message, fix },
});

const marks = { ok: '✓', warning: '!', error: '✗' };

/** One line per finding. */
export const describeFinding = ({ check, level, message, fix }: Finding): string =>
  `${marks[level]} ${check}: ${message}${fix === null ? '' : ` → ${fix}`}`;
