export { databaseUrl } from './database-url.js';
export { freePort, startPostgresServer } from './postgres-server.js';
export type { PostgresServer, PostgresServerOptions } from './postgres-server.js';
