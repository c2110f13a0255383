import type { Json, JsonObject } from '@caisson/kernel';

/** A read model to write with an append: the newest state of one thing, as JSON. */
export interface NewDocument {
  /** What kind of thing, such as `deployment`; the plural of nothing. */
  readonly collection: string;
  readonly id: string;
  /** Replaces the whole document. */
  readonly body: JsonObject;
}

/** A read model as stored. */
export interface StoredDocument<Body = JsonObject> {
  readonly id: string;
  /** Version of the stream that wrote it last. */
  readonly version: number;
  readonly body: Body;
}

/** Which documents, in which order. */
export interface DocumentQuery {
  readonly tenantId: string;
  readonly collection: string;
  /** Top-level text members that must be equal. */
  readonly equals?: Readonly<Record<string, string>>;
  /** A JSON fragment that the body must contain (Postgres `@>`). */
  readonly contains?: Json;
  /** By id. Default `descending`: newest first, since ids rise with time. */
  readonly order?: 'ascending' | 'descending';
  /** Only what follows this id in that order: the last id of the page before. */
  readonly afterId?: string;
  /** 1 to 200. */
  readonly limit: number;
}

/** Reads the documents that appends wrote. Never stale after the append answered. */
export interface DocumentStore {
  get<Body = JsonObject>(tenantId: string, collection: string, id: string): Promise<StoredDocument<Body> | undefined>;
  find<Body = JsonObject>(query: DocumentQuery): Promise<readonly StoredDocument<Body>[]>;
}
