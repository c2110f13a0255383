/** Where to tell people: `fields` are data, `message` is constant text. The services' structured logger fits. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
