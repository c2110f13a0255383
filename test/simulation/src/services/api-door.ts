import type { ApproveRunInput, DeploymentHandled, DeploymentPorts } from '@caisson/deployment';
import type { DocumentStore } from '@caisson/event-sourcing';
import type { SimProcess } from '../machine/sim-process.js';

/** What callers of the API reach in a process. */
export interface ApiDoor {
  readonly process: SimProcess;
  readonly ports: DeploymentPorts;
  readonly documents: DocumentStore;
  readonly approve: (input: ApproveRunInput) => Promise<DeploymentHandled>;
}
