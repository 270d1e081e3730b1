import { z } from 'zod';
import { UpstreamError } from '../../domain/errors.ts';
import { defaultOperations, type Target } from './operations.ts';

interface Schema {
  type?: string | undefined;
  properties?: Record<string, Schema> | undefined;
  items?: Schema | undefined;
}

const schemaSchema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.string().optional().catch(undefined),
    properties: z.record(z.string(), schemaSchema).optional().catch(undefined),
    items: schemaSchema.optional().catch(undefined),
  }),
);

const described = schemaSchema.nullish().transform((schema) => schema ?? {});

const toolSchema = z.object({
  resource: z.string(),
  method: z.string(),
  query_schema: described,
  body_schema: described,
});

/** One operation that the integrated account offers, with the schemas of its arguments. */
export type TrutoTool = z.infer<typeof toolSchema>;

/** The SDK reads `result`, the documentation prints `results`. */
const toolsSchema = z.union([
  z.object({ result: z.array(toolSchema) }).transform(({ result }) => result),
  z.object({ results: z.array(toolSchema) }).transform(({ results }) => results),
]);

export interface Operation {
  endpoint: string;
  target: Target;
  tool: TrutoTool;
}

export interface Catalogue {
  /** The account's counterpart of our operation (method and template). Throws `UpstreamError` `unsupported` if it has none. */
  find(endpoint: string): Promise<Operation>;
  /** Our operations without a counterpart: the tools that need them will refuse. */
  missing(): Promise<string[]>;
  /** Why the account cannot do an operation; null when it can. */
  objection(endpoint: string): Promise<string | null>;
}

interface CatalogueOptions {
  overrides: Readonly<Record<string, Target>>;
  ttlMs: number;
  now(): number;
}

/** The account's operations, read once in `ttlMs`. Tool names are never parsed: Truto documents two forms of them. */
export function createCatalogue(fetchTools: () => Promise<unknown>, options: CatalogueOptions): Catalogue {
  const { now } = options;
  const operations = { ...defaultOperations, ...options.overrides };
  let cached: { until: number; tools: Promise<Map<string, TrutoTool>> } | null = null;

  const tools = (): Promise<Map<string, TrutoTool>> => {
    if (cached && now() < cached.until) return cached.tools;
    const asked = fetchTools().then(readTools);
    cached = { until: now() + options.ttlMs, tools: asked };
    asked.catch(() => {
      cached = null;
    });
    return asked;
  };

  const find = async (endpoint: string): Promise<Operation> => {
    const target = operations[endpoint];
    if (!target) throw unsupported(endpoint, 'no resource and method are set for it');
    const tool = (await tools()).get(keyOf(target));
    if (tool) return { endpoint, target, tool };
    const { resource, method } = target;
    throw unsupported(endpoint, `the account has no tool of resource "${resource}" and method "${method}"`);
  };

  return {
    find,
    objection: (endpoint) =>
      find(endpoint).then(
        () => null,
        (error: unknown) => {
          if (error instanceof UpstreamError && error.code === 'unsupported') return error.message;
          throw error;
        },
      ),
    async missing() {
      const known = await tools();
      return Object.entries(operations).flatMap(([endpoint, target]) => (known.has(keyOf(target)) ? [] : [endpoint]));
    },
  };
}

const keyOf = ({ resource, method }: Pick<Target, 'resource' | 'method'>) => JSON.stringify([resource, method]);

function readTools(answer: unknown): Map<string, TrutoTool> {
  const parsed = toolsSchema.safeParse(answer);
  if (parsed.success) return new Map(parsed.data.map((tool) => [keyOf(tool), tool]));
  const message = 'Truto lists the tools of the account in an unknown form';
  throw new UpstreamError('unreadable', message, { effect: 'none', endpoint: toolsEndpoint, cause: parsed.error });
}

export const toolsEndpoint = 'GET /integrated-account/{id}/tools';

/** The error for an operation that the account does not offer. Nothing was sent; a person has to correct the setting. */
export function unsupported(endpoint: string, reason: string): UpstreamError {
  const message = `Truto cannot do ${endpoint}: ${reason} (setting truto.operations["${endpoint}"])`;
  return new UpstreamError('unsupported', message, { effect: 'none', endpoint });
}
