// A real OpenID Connect issuer in a process of its own: prints its URL, and ends with its parent.
import { createServer } from 'node:http';
import { generateKeyPair, exportJWK } from 'jose';
import Provider from 'oidc-provider';

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const client = (client_id) => ({
  ...{ client_id, client_secret: 'secret', grant_types: ['client_credentials'] },
  ...{ redirect_uris: [], response_types: [] },
});
const claims = { nightly: { caisson_role: 'operator', caisson_tenant: 'acme' }, plain: {} };
const provider = new Provider(issuer, {
  clients: Object.keys(claims).map(client),
  jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'k1', use: 'sig', alg: 'RS256' }] },
  extraTokenClaims: (_context, token) => claims[token.clientId],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_context, resource) => ({
        ...{ scope: 'api', audience: resource.replace('urn:', ''), accessTokenFormat: 'jwt', accessTokenTTL: 600 },
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
server.on('request', provider.callback());
process.on('disconnect', () => process.exit(0));
process.send?.(issuer);
