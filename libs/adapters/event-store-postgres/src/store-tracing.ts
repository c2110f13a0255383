/** How the store shows up in the traces of those who use it. */
export interface StoreTracing {
  /** Runs an append as a part of what runs now. `traceparent`: its place in the trace; absent when none is recorded. */
  append<Result>(streamId: string, work: (traceparent: string | undefined) => Promise<Result>): Promise<Result>;
  /** What runs now is about to go on with a stream whose last event was recorded there. */
  follow(traceparent: string): void;
}

/** Records nothing. */
export const UNTRACED: StoreTracing = {
  append: (_streamId, work) => work(undefined),
  follow: () => undefined,
};
