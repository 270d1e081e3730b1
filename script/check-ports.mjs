// The linter has no rule for this: in src, only src/app/system-ports.ts may take time, chance, ids or timers; all else is
// handed them as ports (src/domain/ports.ts). It follows symbols, not words: an alias of Date is found, a port of
// the name `randomUUID` is not. Prints `file:line: takes Date.now; …` for each finding, and exits with 1 if there is one.
//
//   node script/check-ports.mjs [DIRECTORY]     the directory that holds src; this repository unless given
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const allowed = join('src', 'app', 'system-ports.ts');
const remedy = 'hand it in as a port (src/domain/ports.ts)';

/** What is forbidden, by the names that TypeScript's and Node's own declarations give it. */
const forbidden = new Map([
  ['DateConstructor.now', 'Date.now'],
  ['Performance.now', 'performance.now'],
  ['Performance.timeOrigin', 'performance.timeOrigin'],
  ['Process.hrtime', 'process.hrtime'],
  ['Process.uptime', 'process.uptime'],
  ['Math.random', 'Math.random'],
  ['AbortSignal.timeout', 'AbortSignal.timeout'],
  ...['randomUUID', 'randomBytes', 'randomInt', 'randomFill', 'randomFillSync', 'getRandomValues'].flatMap(named),
  ...['setTimeout', 'setInterval', 'setImmediate'].flatMap(named),
]);
/** Only these are asked about: to ask the type checker about every name costs ten times as much. */
const words = new Set([...forbidden.keys()].map((key) => key.split('.').at(-1)));
/** Globals that hold one of these. */
const wholes = new Set(['Date', 'Math', 'performance', 'crypto']);
const timerModules = new Set(['timers', 'timers/promises', 'node:timers', 'node:timers/promises']);

/** A function of that name, and the method of web crypto. */
function named(name) {
  return [name, `Crypto.${name}`].map((key) => [key, name]);
}

function main(root) {
  const findings = checkPorts(root);
  for (const { file, line, taken } of findings) console.log(`${file}:${line}: takes ${taken}; ${remedy}`);
  if (findings.length > 0) process.exitCode = 1;
}

function checkPorts(root) {
  const files = readdirSync(join(root, 'src'), { recursive: true })
    .map((file) => join('src', file))
    .filter((file) => /\.[mc]?ts$/.test(file) && file !== allowed);
  if (files.length === 0) throw new Error(`there is no TypeScript below ${join(root, 'src')}`);
  const paths = files.map((file) => join(root, file));
  const program = ts.createProgram(paths, compilerOptions());
  const checker = program.getTypeChecker();
  return paths.toSorted().flatMap((path) => {
    const source = program.getSourceFile(path);
    const lineOf = (node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    const found = new Set();
    visit(source, (node) => {
      const taken = takenBy(node, checker);
      if (taken) found.add(`${lineOf(node)} ${taken}`);
    });
    const file = relative(root, path).replaceAll(sep, '/');
    return [...found].map((each) => each.split(/ (.*)/)).map(([line, taken]) => ({ file, line, taken }));
  });
}

function compilerOptions() {
  const path = join(home, 'tsconfig.json');
  const { config } = ts.parseConfigFileTextToJson(path, readFileSync(path, 'utf8'));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, home);
  return { ...options, noEmit: true, typeRoots: [join(home, 'node_modules', '@types')] };
}

/** Types take nothing, so they are left out: `ReturnType<typeof setTimeout>` is fine. */
function visit(node, work) {
  if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
  work(node);
  ts.forEachChild(node, (child) => visit(child, work));
}

/** What this node takes from the machine, in the words of the finding. */
function takenBy(node, checker) {
  return moduleTaken(node) ?? clockTaken(node, checker) ?? wholeTaken(node, checker) ?? nameOf(symbolAt(node, checker));
}

/** Timers are imported for no other purpose than to take one. */
function moduleTaken(node) {
  const isStatement = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
  if (isStatement && isTypeOnly(node)) return undefined;
  const from = isStatement ? node.moduleSpecifier : isLoad(node) ? node.arguments[0] : undefined;
  return from && ts.isStringLiteralLike(from) && timerModules.has(from.text) ? from.text : undefined;
}

const isTypeOnly = (node) => Boolean(node.isTypeOnly || node.importClause?.isTypeOnly);

const isLoad = (node) =>
  ts.isCallExpression(node) &&
  (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    ['require', 'getBuiltinModule'].includes((node.expression.name ?? node.expression).text));

/** `new Date()` and `Date()` read the clock; `new Date(ms)` does not. */
function clockTaken(node, checker) {
  const isNew = ts.isNewExpression(node) && !node.arguments?.length;
  const isCall = ts.isCallExpression(node) && (node.expression.name ?? node.expression).text === 'Date';
  if (!isNew && !isCall) return undefined;
  const { symbol } = checker.getTypeAtLocation(node.expression);
  if (symbol?.name !== 'DateConstructor' || !declarationOfPlatform(symbol)) return undefined;
  return isNew ? 'new Date()' : 'Date()';
}

/** `go(Date)`, `{ ...Math }`, `const D = Date`: what holds the whole global holds its clock or its chance. */
function wholeTaken(node, checker) {
  if (!ts.isIdentifier(node) || !wholes.has(node.text) || isPartOfName(node) || isMemberUse(node)) return undefined;
  const symbol = checker.getSymbolAtLocation(node);
  return symbol && declarationOfPlatform(symbol) ? node.text : undefined;
}

/** Uses that name one member, or none: those are judged by the member. */
function isMemberUse(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) return true;
  if (ts.isNewExpression(parent) || ts.isCallExpression(parent)) return parent.expression === node;
  if (ts.isVariableDeclaration(parent)) return parent.name === node || ts.isObjectBindingPattern(parent.name);
  if (ts.isPropertyAssignment(parent)) return parent.name === node;
  if (!ts.isBinaryExpression(parent)) return false;
  return parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword || ts.isObjectLiteralExpression(parent.left);
}

/** The symbol that a name reaches, where a value is named for the first time: at its import, its property or its global. */
function symbolAt(node, checker) {
  if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) return importedAt(node, checker);
  if (ts.isBindingElement(node)) return pickedAt(node, checker);
  if (ts.isElementAccessExpression(node)) return indexedAt(node, checker);
  if (!ts.isIdentifier(node) || !words.has(node.text) || isPartOfName(node)) return undefined;
  if (ts.isShorthandPropertyAssignment(node.parent)) return shorthandAt(node, checker);
  if (ts.isPropertyAssignment(node.parent) && node.parent.name === node) return destructuredAt(node, checker);
  return checker.getSymbolAtLocation(node);
}

/** Names inside an import, an export or a binding belong to that node, which is asked as a whole. */
const isPartOfName = (node) =>
  ts.isImportSpecifier(node.parent) ||
  ts.isExportSpecifier(node.parent) ||
  (ts.isBindingElement(node.parent) && node.parent.initializer !== node);

function importedAt(node, checker) {
  const isOfInterest = words.has((node.propertyName ?? node.name).text);
  if (!isOfInterest || node.isTypeOnly || [node.parent.parent, node.parent.parent.parent].some(isTypeOnly))
    return undefined;
  const symbol = ts.isExportSpecifier(node)
    ? checker.getExportSpecifierLocalTargetSymbol(node)
    : checker.getSymbolAtLocation(node.name);
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** `const { now } = Date`, and a default: `({ random = Math.random })` is found at the default itself. */
function pickedAt(node, checker) {
  const key = node.propertyName ?? node.name;
  if (!ts.isObjectBindingPattern(node.parent) || node.dotDotDotToken) return undefined;
  const name = ts.isComputedPropertyName(key) ? literalOf(key.expression, checker) : key.text;
  return propertyOf(node.parent, name, checker);
}

function indexedAt({ expression, argumentExpression }, checker) {
  return propertyOf(expression, literalOf(argumentExpression, checker), checker);
}

function literalOf(expression, checker) {
  if (ts.isStringLiteralLike(expression)) return expression.text;
  if (ts.isNumericLiteral(expression)) return undefined;
  const type = checker.getTypeAtLocation(expression);
  return type.isStringLiteral() ? type.value : undefined;
}

const propertyOf = (node, name, checker) =>
  words.has(name) ? checker.getPropertyOfType(checker.getTypeAtLocation(node), name) : undefined;

/** `{ setTimeout }` is the global where it makes an object, and a property where it takes one apart. */
function shorthandAt(node, checker) {
  return destructuredAt(node, checker) ?? checker.getShorthandAssignmentValueSymbol(node.parent);
}

function destructuredAt(node, checker) {
  const literal = node.parent.parent;
  const isTarget = ts.isBinaryExpression(literal.parent) && literal.parent.left === literal;
  return isTarget ? checker.getPropertySymbolOfDestructuringAssignment(node) : undefined;
}

const nameOf = (symbol) => {
  const declaration = symbol && declarationOfPlatform(symbol);
  return declaration && forbidden.get([ownerOf(declaration), symbol.name].filter(Boolean).join('.'));
};

/** Undefined for what is declared in src: a port may have any name. */
const declarationOfPlatform = (symbol) =>
  symbol.declarations?.find((each) =>
    /\/node_modules\/(typescript\/lib|@types\/node)\//.test(each.getSourceFile().fileName),
  );

/** The interface or object that holds a member; undefined for a function that stands by itself. */
function ownerOf(declaration) {
  if (ts.isFunctionDeclaration(declaration)) return undefined;
  const isOwner = (node) =>
    ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) || ts.isVariableDeclaration(node);
  return ts.findAncestor(declaration.parent, isOwner)?.name?.text;
}

main(resolve(process.argv[2] ?? home));
