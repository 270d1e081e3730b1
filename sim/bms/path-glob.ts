/** `*` is one segment or a part of it, `**` any number of them. */
export function globOf(pattern: string): (path: string) => boolean {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  const glob = new RegExp(`^${source}$`);
  return (path) => glob.test(path);
}

/** Whether a concrete path could be a request for the template. */
export function fitsTemplate(path: string, template: string): boolean {
  return globOf(template.replace(/\{\w+\}/g, '*'))(path);
}
