import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './openapi-types.js';
import { readProblem } from './problem.js';
import { retryingFetch, type Patience } from './retrying-fetch.js';

/** How to reach an API. */
export interface ApiOptions extends Patience {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** An access token or API key; a function is asked before each call. Absent before the login. */
  readonly token?: string | (() => Promise<string>);
}

/** Every operation of `docs/reference/openapi.json`, by its address. A refusal is thrown as `ApiProblem`. */
export type Api = Client<paths, 'application/json'>;

/** Opens the typed operations of an API. */
export function openApi(options: ApiOptions): Api {
  const client = createClient<paths, 'application/json'>({ baseUrl: options.url, fetch: retryingFetch(options) });
  client.use({
    onRequest: async ({ request }) => {
      const credential = await authorizationOf(options);
      if (credential !== undefined) request.headers.set('authorization', credential);
    },
    onResponse: async ({ response }) => {
      if (response.status >= 400) throw await readProblem(response);
    },
  });
  return client;
}

/** The header that says who calls. */
export async function authorizationOf({ token }: ApiOptions): Promise<string | undefined> {
  const credential = typeof token === 'function' ? await token() : token;
  return credential === undefined ? undefined : `Bearer ${credential}`;
}

/** The body of a success. */
export async function bodyOf<Body>(call: Promise<{ readonly data?: Body }>): Promise<Body> {
  const { data } = await call;
  return data as Body; // A refusal was thrown; where the document has no body, Body is undefined.
}
