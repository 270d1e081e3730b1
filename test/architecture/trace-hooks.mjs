// Adds a call to the beginning of every function of src. Works on the source text, before it is compiled.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const path = url.startsWith('file:') ? fileURLToPath(url.replace(/\?.*$/, '')) : '';
  if (!path.startsWith(`${root}src/`) || loaded.source == null) return loaded;
  return { ...loaded, source: traced(String(loaded.source), path.slice(root.length)) };
}

/** Text to insert, by place. */
function traced(source, file) {
  const call = `globalThis.__entered(${JSON.stringify(file)})`;
  const inserts = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const { body } = node;
      if (ts.isBlock(body)) inserts.push([body.getStart(tree) + 1, `${call};`]);
      else inserts.push([body.getStart(tree), `(${call}, `], [body.getEnd(), ')']);
    }
    ts.forEachChild(node, visit);
  };
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  visit(tree);
  return inserts
    .map(([place, text], index) => ({ place, text, index }))
    .sort((a, b) => b.place - a.place || b.index - a.index)
    .reduce((text, { place, text: added }) => text.slice(0, place) + added + text.slice(place), source);
}
