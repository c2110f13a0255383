/** An instant that has passed: a wait for it is over as soon as it begins. */
const LONG_AGO = '2020-01-01T00:00:00Z';

/** A desired state of so many independent resources, each a unit whose engine has nothing to do. */
export function noOpDeployment(name: string, tasks: number, autoApprove: boolean): object {
  const resources = Array.from({ length: tasks }, (_, index) => ({
    ...{ name: `task-${index}`, engine: 'wait', type: 'timer', properties: { until: LONG_AGO } },
  }));
  return { name, autoApprove, resources };
}
