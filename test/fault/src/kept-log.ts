/** A log that keeps its warnings and errors for the test to look at, and says nothing. */
export class KeptLog {
  readonly lines: string[] = [];

  info(_fields: object, message: string): void {
    this.lines.push(`info ${message}`);
  }

  warn(_fields: object, message: string): void {
    this.lines.push(`warn ${message}`);
  }

  error(_fields: object, message: string): void {
    this.lines.push(`error ${message}`);
  }

  count(message: string): number {
    return this.lines.filter((line) => line.includes(message)).length;
  }
}
