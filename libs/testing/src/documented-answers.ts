import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type JsonSchema = Readonly<Record<string, unknown>>;

/** An OpenAPI 3.1 document as far as answers are looked up in it. */
interface Document {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly responses?: Readonly<Record<string, Response>>; readonly schemas?: JsonSchema };
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Response & { readonly $ref?: string }>>;
}

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
}

/** An answer that came over HTTP. */
export interface GivenAnswer {
  readonly method: string;
  /** As asked, with its query. */
  readonly url: string;
  readonly status: number;
  readonly contentType: string | undefined;
  /** Names of its headers, in lower case. */
  readonly headers: readonly string[];
  /** As received. */
  readonly text: string;
}

/** Under which address the document is known to the checker. */
const PLACE = 'https://caisson.test/document';

/** Holds answers against an OpenAPI document: status, headers that must be there, media type, members of the body. */
export class DocumentedAnswers {
  readonly #document: Document;
  readonly #ajv: Ajv2020;
  readonly #checks = new Map<string, ValidateFunction>();
  readonly #seen = new Set<string>();

  constructor(document: Readonly<Record<string, unknown>>) {
    this.#document = document;
    this.#ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: PLACE, ...document });
  }

  /** The operations and statuses that were answered so far, such as `readRun 200`. */
  get seen(): ReadonlySet<string> {
    return this.#seen;
  }

  /** The id of the operation that an address belongs to; undefined when the document has none. */
  operationAt(method: string, url: string): string | undefined {
    return this.#find(method, url)?.operation.operationId;
  }

  /** What is wrong with an answer; undefined when nothing is, or when the address is not in the document. */
  deviationOf(answer: GivenAnswer): string | undefined {
    const found = this.#find(answer.method, answer.url);
    if (found === undefined) return undefined;
    const { method, operation, template } = found;
    const name = `${operation.operationId} ${answer.status}`;
    this.#seen.add(name);
    const stated = operation.responses[answer.status];
    if (stated === undefined) return `${name} is not in the document: ${answer.text.slice(0, 300)}`;
    const pointer = stated.$ref ?? `#/paths/${escape(template)}/${method}/responses/${answer.status}`;
    const response = this.#resolved(stated);
    const absent = missingHeader(response, answer);
    if (absent !== undefined) return `${name} lacks the header ${absent}`;
    const mediaType = answer.contentType?.split(';')[0]?.trim() ?? '';
    if (response.content === undefined) return answer.text === '' ? undefined : `${name} has a body that is not stated`;
    if (response.content[mediaType] === undefined) return `${name} is of the type "${mediaType}", which is not stated`;
    return this.#mismatch(name, `${pointer}/content/${escape(mediaType)}/schema`, answer.text);
  }

  #mismatch(name: string, pointer: string, text: string): string | undefined {
    let check = this.#checks.get(pointer);
    if (check === undefined) {
      check = this.#ajv.compile({ $ref: `${PLACE}${pointer}` });
      this.#checks.set(pointer, check);
    }
    if (check(parse(text))) return undefined;
    const errors = (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
    return `${name} does not fit: ${errors.join('; ')} in ${text.slice(0, 500)}`;
  }

  #resolved(stated: Response & { readonly $ref?: string }): Response {
    const name = stated.$ref?.split('/').at(-1);
    return name === undefined ? stated : (this.#document.components?.responses?.[name] ?? stated);
  }

  #find(given: string, url: string): { method: string; template: string; operation: Operation } | undefined {
    const method = given.toLowerCase();
    const segments = (url.split('?')[0] ?? '').split('/');
    for (const [template, operations] of Object.entries(this.#document.paths ?? {})) {
      const operation = operations[method];
      if (operation !== undefined && matches(template.split('/'), segments)) return { method, template, operation };
    }
    return undefined;
  }
}

function missingHeader({ headers = {} }: Response, { headers: given }: GivenAnswer): string | undefined {
  const required = Object.keys(headers).filter((name) => headers[name]?.required === true);
  return required.find((name) => !given.includes(name.toLowerCase()));
}

function matches(template: readonly string[], segments: readonly string[]): boolean {
  if (template.length !== segments.length) return false;
  return template.every((part, index) => {
    const given = segments[index] ?? '';
    return part.startsWith('{') ? given !== '' : part === given;
  });
}

function escape(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
