export { databaseUrl } from './database-url.js';
export { freePort } from './free-port.js';
export { startPostgresServer } from './postgres-server.js';
export type { PostgresServer, PostgresServerOptions } from './postgres-server.js';
