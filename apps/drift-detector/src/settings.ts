import { EngineSettings } from '@caisson/engines';
import { CommonSettings, WholeNumber } from '@caisson/service';
import type { z } from 'zod';

/** What the drift detector reads from its environment. */
export const DriftDetectorSettings = CommonSettings.extend({
  ...EngineSettings.shape,
  /** Scans that run at once; each looks at several units at once. */
  driftScansMax: WholeNumber.default(4),
});

/** The settings of the drift detector, checked. */
export type DriftDetectorSettings = z.infer<typeof DriftDetectorSettings>;
