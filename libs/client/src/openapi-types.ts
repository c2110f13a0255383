// Made from docs/reference/openapi.json; a test keeps them in step.

export interface paths {
  readonly '/api/v1/auth/register': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Register: found a tenant with the bootstrap token, follow an invitation, or join as a viewer */
    readonly post: operations['register'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/auth/login': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Exchange user name and password for the tokens of a new session */
    readonly post: operations['logIn'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/auth/refresh': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Exchange a refresh token for the next tokens of its session; a second time ends the session */
    readonly post: operations['refresh'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/auth/logout': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** End the session */
    readonly post: operations['logOut'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/auth/password': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Change the password, and end all other sessions */
    readonly post: operations['changePassword'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/auth/me': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Say who the caller is */
    readonly get: operations['me'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/.well-known/jwks.json': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read the public keys of access tokens; none while they are signed with a secret */
    readonly get: operations['readKeySet'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/members': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** List the members of the tenant */
    readonly get: operations['listMembers'];
    readonly put?: never;
    /** Invite somebody into the tenant; the invitation is shown this once */
    readonly post: operations['inviteMember'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/members/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read a member of the tenant */
    readonly get: operations['readMember'];
    readonly put?: never;
    readonly post?: never;
    /** Leave the tenant, or show a member the door, which needs the permission user:manage */
    readonly delete: operations['removeMember'];
    readonly options?: never;
    readonly head?: never;
    /** Give a member another role */
    readonly patch: operations['changeMember'];
    readonly trace?: never;
  };
  readonly '/api/v1/keys': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** List API keys, revoked ones too */
    readonly get: operations['listKeys'];
    readonly put?: never;
    /** Issue an API key; its secret is shown this once */
    readonly post: operations['issueKey'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/keys/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read an API key */
    readonly get: operations['readKey'];
    readonly put?: never;
    readonly post?: never;
    /** Revoke an API key, at once */
    readonly delete: operations['revokeKey'];
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/keys/{id}/rotate': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Give an API key a new secret, and let the old one be good for a while */
    readonly post: operations['rotateKey'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** List deployments, newest first */
    readonly get: operations['listDeployments'];
    readonly put?: never;
    /** Create a deployment and request its first run */
    readonly post: operations['createDeployment'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read a deployment */
    readonly get: operations['readDeployment'];
    readonly put?: never;
    readonly post?: never;
    /** Cancel what runs and destroy what was applied */
    readonly delete: operations['deleteDeployment'];
    readonly options?: never;
    readonly head?: never;
    /** Replace what is desired and request an update run */
    readonly patch: operations['changeDeployment'];
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/scale': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Change how many copies of a resource there are */
    readonly post: operations['scaleDeployment'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/configure': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Change properties of named resources */
    readonly post: operations['configureDeployment'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/plan': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Plan the newest run, or plan it again */
    readonly post: operations['planDeployment'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/approve': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Approve the plan of the newest run by its digest */
    readonly post: operations['approveDeployment'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/execute': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Apply the approved plan of the newest run */
    readonly post: operations['executeDeployment'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/cancel': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Cancel the newest run */
    readonly post: operations['cancelDeployment'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/rollback': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Undo a failed run, or go back to an earlier revision */
    readonly post: operations['rollBackDeployment'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/retry': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Try the newest run again */
    readonly post: operations['retryDeployment'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/scan': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Compare the world with what was applied */
    readonly post: operations['scanDeployment'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/runs': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** List the runs of a deployment, newest first */
    readonly get: operations['listRuns'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/revisions': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** List the versions of what is desired, newest first */
    readonly get: operations['listRevisions'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/resources': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** List what is applied */
    readonly get: operations['listResources'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/outputs': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read the outputs of a deployment */
    readonly get: operations['readOutputs'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/events': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read all that happened to a deployment, in order */
    readonly get: operations['readDeploymentHistory'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/deployments/{id}/drift': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** List the drift reports of a deployment, newest first */
    readonly get: operations['listDeploymentDrift'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/runs/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read a run */
    readonly get: operations['readRun'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/runs/{id}/plan': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read the plan of a run */
    readonly get: operations['readRunPlan'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/runs/{id}/tasks': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** List the tasks of a run */
    readonly get: operations['listTasks'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/runs/{id}/events': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read all that happened in a run, in order */
    readonly get: operations['readRunHistory'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/runs/{id}/approve': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Approve the plan of a run by its digest */
    readonly post: operations['approveRun'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/runs/{id}/reject': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Turn the plan of a run down */
    readonly post: operations['rejectRun'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/runs/{id}/cancel': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Cancel a run */
    readonly post: operations['cancelRun'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/runs/{id}/retry': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Try a failed run again */
    readonly post: operations['retryRun'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/tasks/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read a task */
    readonly get: operations['readTask'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/tasks/{id}/attempts': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** List the attempts of a task, oldest first */
    readonly get: operations['listAttempts'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/tasks/{id}/callback': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read the secret address at which a task that waits is called back */
    readonly get: operations['readCallbackAddress'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/tasks/{id}/resolve': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Say what became of a task whose outcome is unknown */
    readonly post: operations['resolveTask'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/attempts/{id}/log': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read what a tool said in an attempt, from a line on; waits for more while it runs */
    readonly get: operations['readAttemptLog'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/plans/{digest}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read a plan by its digest */
    readonly get: operations['readPlan'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/plans/{digest}/recompute': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Compute a plan again from its recorded inputs and say whether it is the same */
    readonly post: operations['recompute'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/type-table': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read the type table */
    readonly get: operations['readTypeTable'];
    /** Replace the type table by a new version */
    readonly put: operations['replaceTypeTable'];
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/type-table/versions/{version}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read a version of the type table */
    readonly get: operations['readTypeTableVersion'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/price-book': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read the price book */
    readonly get: operations['readPriceBook'];
    /** Replace the price book by a new version */
    readonly put: operations['replacePriceBook'];
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/price-book/versions/{version}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read a version of the price book */
    readonly get: operations['readPriceBookVersion'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/drift/scans': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Compare the world with what was applied to a deployment */
    readonly post: operations['requestScan'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/drift/reports': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** List drift reports, newest first */
    readonly get: operations['listDriftReports'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/drift/reports/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read a drift report */
    readonly get: operations['readDriftReport'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/drift/reports/{id}/remediate': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Request a run that puts right what a report found */
    readonly post: operations['remediateDrift'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/events': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Watch the public events of the tenant as server-sent events, from now on or from where one was cut off */
    readonly get: operations['watchEvents'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/v1/run-states': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Read the states of a run and what leads from one to another */
    readonly get: operations['readRunStates'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    readonly AppliedResource: {
      readonly address: string;
      readonly type: string;
      readonly properties: components['schemas']['JsonRecord'];
      readonly dependsOn: readonly string[];
      readonly tags?: {
        readonly [key: string]: string;
      };
      readonly lifecycle?: components['schemas']['ResourceLifecycle'];
      readonly outputs: components['schemas']['JsonRecord'];
      readonly expected: components['schemas']['JsonRecord'];
    };
    readonly AppliedUnit: {
      readonly unitId: string;
      readonly engine: string;
      readonly provider: string;
      readonly region?: string;
      readonly credential?: string;
      readonly plugin?: {
        readonly source: string;
        readonly version: string;
      };
      readonly resources: readonly components['schemas']['AppliedResource'][];
      readonly dependsOn: readonly string[];
      readonly runId: string;
    };
    readonly ApproveRequest: {
      readonly planDigest: components['schemas']['DigestInput'];
    };
    readonly ArtifactRef: {
      readonly id: string;
      readonly digest: components['schemas']['Digest'];
    };
    readonly AttemptResource: {
      readonly id: string;
      readonly taskId: string;
      readonly runId: string;
      readonly unitId: string;
      /** @enum {string} */
      readonly phase: 'apply' | 'rollback';
      readonly cycle: number;
      readonly attempt: number;
      /** @enum {string} */
      readonly state: 'running' | 'waiting' | 'unknown' | 'succeeded' | 'resolved' | 'failed' | 'timed_out';
      readonly startedAt: string;
      readonly finishedAt?: string;
      readonly failure?: components['schemas']['Failure'];
      readonly outputs?: components['schemas']['JsonRecord'];
      readonly evidence?: components['schemas']['JsonRecord'];
      readonly links: components['schemas']['Links'];
    };
    readonly AttemptsAnswer: {
      readonly items: readonly components['schemas']['AttemptResource'][];
    };
    readonly AttributeChange: {
      readonly path: string;
      readonly before?: components['schemas']['JsonValue'];
      readonly after?: components['schemas']['JsonValue'];
      /** @default false */
      readonly sensitive: boolean;
      /** @default false */
      readonly unknown: boolean;
    };
    readonly CallbackAddress: {
      readonly path: string;
      readonly expiresAt: string;
    };
    /** @enum {string} */
    readonly ChangeAction: 'create' | 'update' | 'replace' | 'delete' | 'none';
    readonly Check:
      | components['schemas']['HttpCheck']
      | components['schemas']['TcpCheck']
      | components['schemas']['CommandCheck']
      | components['schemas']['OutputCheck']
      | components['schemas']['ObservedCheck'];
    readonly CheckInput:
      | components['schemas']['HttpCheckInput']
      | components['schemas']['TcpCheckInput']
      | components['schemas']['CommandCheckInput']
      | components['schemas']['OutputCheckInput']
      | components['schemas']['ObservedCheckInput'];
    readonly CommandAnswer: {
      readonly deployment: components['schemas']['DeploymentSummary'];
      readonly run?: components['schemas']['RunResource'];
      readonly stream: string;
      readonly version: number;
    };
    readonly CommandCheck: {
      /** @constant */
      readonly kind: 'command';
      readonly command: string;
      /** @default [] */
      readonly args: readonly string[];
      /** @default 0 */
      readonly expectExitCode: number;
      /** @default 30000 */
      readonly withinMs: number;
      /** @default 1000 */
      readonly everyMs: number;
      /** @default 1000 */
      readonly triesMax: number;
    };
    readonly CommandCheckInput: {
      /** @constant */
      readonly kind: 'command';
      readonly command: string;
      /** @default [] */
      readonly args: readonly string[];
      /** @default 0 */
      readonly expectExitCode: number;
      /** @default 30000 */
      readonly withinMs: number;
      /** @default 1000 */
      readonly everyMs: number;
      /** @default 1000 */
      readonly triesMax: number;
    };
    readonly ConfigureRequest: {
      readonly resources: {
        readonly [key: string]: {
          readonly properties?: components['schemas']['JsonRecordInput'];
          readonly tags?: {
            readonly [key: string]: string | null;
          };
        };
      };
      readonly reason?: string;
    };
    readonly DeployedResource: {
      readonly address: string;
      readonly type: string;
      readonly properties: components['schemas']['JsonRecord'];
      readonly dependsOn: readonly string[];
      readonly tags?: {
        readonly [key: string]: string;
      };
      readonly lifecycle?: components['schemas']['ResourceLifecycle'];
      readonly outputs: components['schemas']['JsonRecord'];
      readonly expected: components['schemas']['JsonRecord'];
      readonly unitId: string;
      readonly engine: string;
      readonly provider: string;
      readonly region?: string;
      readonly runId: string;
    };
    readonly DeploymentResource: {
      readonly id: string;
      readonly name: string;
      readonly environment: string;
      /** @enum {string} */
      readonly status:
        | 'pending'
        | 'planning'
        | 'planned'
        | 'awaiting_approval'
        | 'approved'
        | 'executing'
        | 'verifying'
        | 'cancelling'
        | 'failed'
        | 'rolling_back'
        | 'rolled_back'
        | 'completed'
        | 'cancelled'
        | 'deleting'
        | 'deleted';
      readonly revision: number;
      readonly currentRevision?: number;
      readonly currentRun: string;
      readonly outputs: components['schemas']['JsonRecord'];
      readonly resources: readonly {
        readonly address: string;
        readonly type: string;
        readonly engine: string;
        readonly unitId: string;
      }[];
      readonly triggers: readonly components['schemas']['PushTrigger'][];
      readonly createdAt: string;
      readonly updatedAt: string;
      readonly links: components['schemas']['Links'];
      readonly desired: components['schemas']['DesiredState'];
    };
    readonly DeploymentScanRequest: {
      /** @default false */
      readonly autoRemediate: boolean;
    };
    readonly DeploymentSummary: {
      readonly id: string;
      readonly name: string;
      readonly environment: string;
      /** @enum {string} */
      readonly status:
        | 'pending'
        | 'planning'
        | 'planned'
        | 'awaiting_approval'
        | 'approved'
        | 'executing'
        | 'verifying'
        | 'cancelling'
        | 'failed'
        | 'rolling_back'
        | 'rolled_back'
        | 'completed'
        | 'cancelled'
        | 'deleting'
        | 'deleted';
      readonly revision: number;
      readonly currentRevision?: number;
      readonly currentRun: string;
      readonly outputs: components['schemas']['JsonRecord'];
      readonly resources: readonly {
        readonly address: string;
        readonly type: string;
        readonly engine: string;
        readonly unitId: string;
      }[];
      readonly triggers: readonly components['schemas']['PushTrigger'][];
      readonly createdAt: string;
      readonly updatedAt: string;
      readonly links: components['schemas']['Links'];
    };
    readonly DesiredState: {
      readonly name: components['schemas']['ResourceName'];
      /**
       * @default development
       * @enum {string}
       */
      readonly environment: 'development' | 'staging' | 'production';
      /**
       * @default rolling
       * @enum {string}
       */
      readonly strategy: 'rolling' | 'blue_green' | 'canary' | 'recreate';
      /** @default true */
      readonly autoPlan: boolean;
      /** @default false */
      readonly autoApprove: boolean;
      /** @default true */
      readonly autoExecute: boolean;
      /**
       * @default rollback
       * @enum {string}
       */
      readonly onFailure: 'rollback' | 'keep' | 'pause';
      /** @default normal */
      readonly priority: components['schemas']['Priority'];
      readonly schedule?: components['schemas']['Schedule'];
      readonly resources: readonly components['schemas']['ResourceSpec'][];
      /** @default {} */
      readonly outputs: {
        readonly [key: string]: string;
      };
      /** @default [] */
      readonly triggers: readonly components['schemas']['PushTrigger'][];
    };
    readonly DesiredStateRequest: {
      readonly name: components['schemas']['ResourceNameInput'];
      /**
       * @default development
       * @enum {string}
       */
      readonly environment: 'development' | 'staging' | 'production';
      /**
       * @default rolling
       * @enum {string}
       */
      readonly strategy: 'rolling' | 'blue_green' | 'canary' | 'recreate';
      /** @default true */
      readonly autoPlan: boolean;
      /** @default false */
      readonly autoApprove: boolean;
      /** @default true */
      readonly autoExecute: boolean;
      /**
       * @default rollback
       * @enum {string}
       */
      readonly onFailure: 'rollback' | 'keep' | 'pause';
      /** @default normal */
      readonly priority: components['schemas']['PriorityInput'];
      readonly schedule?: components['schemas']['ScheduleInput'];
      /** @default [] */
      readonly resources: readonly components['schemas']['ResourceSpecInput'][];
      /** @default {} */
      readonly outputs: {
        readonly [key: string]: string;
      };
      /** @default [] */
      readonly triggers: readonly components['schemas']['PushTriggerInput'][];
      /** @default [] */
      readonly providers: readonly components['schemas']['ResourceNameInput'][];
      /** @default [] */
      readonly regions: readonly string[];
    };
    readonly Diagnostic: {
      /** @enum {string} */
      readonly severity: 'error' | 'warning';
      readonly summary: string;
      readonly detail?: string;
      readonly address?: string;
    };
    readonly Digest: string;
    readonly DigestInput: string;
    readonly DriftItem: {
      readonly unitId: string;
      readonly resource: string;
      readonly address: string;
      /** @enum {string} */
      readonly type: 'property_changed' | 'resource_added' | 'resource_removed' | 'state_mismatch' | 'tag_mismatch';
      /** @enum {string} */
      readonly severity: 'low' | 'medium' | 'high' | 'critical';
      readonly path: string;
      readonly expected?: components['schemas']['JsonValue'];
      readonly actual?: components['schemas']['JsonValue'];
    };
    readonly DriftReportResource: {
      readonly id: string;
      readonly deploymentId: string;
      readonly status: string;
      readonly items: readonly components['schemas']['DriftItem'][];
      /** @enum {string} */
      readonly maxSeverity?: 'low' | 'medium' | 'high' | 'critical';
      readonly unreadable: readonly {
        readonly unitId: string;
        readonly reason: string;
      }[];
    } & {
      readonly [key: string]: unknown;
    };
    readonly EmptyRequest: Record<string, never>;
    readonly Failure: {
      readonly code: string;
      readonly message: string;
      readonly taskId?: string;
      /** @default [] */
      readonly diagnostics: readonly components['schemas']['Diagnostic'][];
    };
    readonly HistoryAnswer: {
      readonly items: readonly components['schemas']['HistoryEntry'][];
      readonly complete: boolean;
    };
    readonly HistoryEntry: {
      readonly id: string;
      readonly type: string;
      readonly source: string;
      readonly subject: string;
      readonly sequence: number;
      readonly time: string;
      readonly actor: string;
      readonly correlationId: string;
      readonly causationId: string;
      readonly data: components['schemas']['JsonRecord'];
    };
    readonly HttpCheck: {
      /** @constant */
      readonly kind: 'http';
      readonly url: string;
      /** @default 200 */
      readonly expectStatus: number;
      /** @default 30000 */
      readonly withinMs: number;
      /** @default 1000 */
      readonly everyMs: number;
      /** @default 1000 */
      readonly triesMax: number;
    };
    readonly HttpCheckInput: {
      /** @constant */
      readonly kind: 'http';
      readonly url: string;
      /** @default 200 */
      readonly expectStatus: number;
      /** @default 30000 */
      readonly withinMs: number;
      /** @default 1000 */
      readonly everyMs: number;
      /** @default 1000 */
      readonly triesMax: number;
    };
    readonly InvitationAnswer: {
      readonly id: string;
      /** @enum {string} */
      readonly role: 'admin' | 'operator' | 'deployer' | 'viewer';
      readonly expiresAt: string;
      readonly invitation: string;
    };
    readonly InviteRequest: {
      /** @enum {string} */
      readonly role: 'admin' | 'operator' | 'deployer' | 'viewer';
    };
    readonly JsonRecord: {
      readonly [key: string]: components['schemas']['JsonValue'];
    };
    readonly JsonRecordInput: {
      readonly [key: string]: components['schemas']['JsonValueInput'];
    };
    readonly JsonValue: unknown;
    readonly JsonValueInput: unknown;
    readonly KeyAnswer: {
      readonly id: string;
      readonly name: string;
      /** @enum {string} */
      readonly role: 'admin' | 'operator' | 'deployer' | 'viewer';
      /** @enum {string} */
      readonly status: 'active' | 'revoked';
      readonly expiresAt?: string;
      readonly key: string;
    };
    readonly KeyRequest: {
      readonly name: string;
      /** @enum {string} */
      readonly scope: 'read' | 'write' | 'admin' | 'operator' | 'deployer' | 'viewer';
      readonly expiresInDays?: number;
    };
    readonly KeyResource: {
      readonly id: string;
      readonly name: string;
      /** @enum {string} */
      readonly role: 'admin' | 'operator' | 'deployer' | 'viewer';
      /** @enum {string} */
      readonly status: 'active' | 'revoked';
      readonly expiresAt?: string;
    };
    readonly KeyRotationRequest: {
      /** @default 24 */
      readonly overlapHours: number;
    };
    readonly KeySet: {
      readonly keys: readonly {
        /** @constant */
        readonly kty: 'RSA';
        readonly kid: string;
        readonly alg: string;
        /** @constant */
        readonly use: 'sig';
        readonly n: string;
        readonly e: string;
      }[];
    };
    readonly Links: {
      readonly [key: string]: string;
    };
    readonly LogAnswer: {
      readonly lines: readonly string[];
      readonly offset: number;
      readonly nextOffset: number;
      readonly complete: boolean;
    };
    readonly LoginRequest: {
      readonly username: string;
      readonly password: string;
      /** @default default */
      readonly tenant: string;
    };
    readonly MemberChangeRequest: {
      /** @enum {string} */
      readonly role: 'admin' | 'operator' | 'deployer' | 'viewer';
    };
    readonly MemberResource: {
      readonly id: string;
      readonly username: string;
      /** @enum {string} */
      readonly role: 'admin' | 'operator' | 'deployer' | 'viewer';
    };
    readonly ObservedCheck: {
      /** @constant */
      readonly kind: 'observed';
      /** @default 30000 */
      readonly withinMs: number;
      /** @default 1000 */
      readonly everyMs: number;
      /** @default 1000 */
      readonly triesMax: number;
    };
    readonly ObservedCheckInput: {
      /** @constant */
      readonly kind: 'observed';
      /** @default 30000 */
      readonly withinMs: number;
      /** @default 1000 */
      readonly everyMs: number;
      /** @default 1000 */
      readonly triesMax: number;
    };
    readonly OutputCheck: {
      /** @constant */
      readonly kind: 'output';
      readonly value: string;
      /**
       * @default present
       * @enum {string}
       */
      readonly test: 'equals' | 'differs' | 'contains' | 'at_least' | 'at_most' | 'present';
      /** @default null */
      readonly expected: components['schemas']['JsonValue'];
    };
    readonly OutputCheckInput: {
      /** @constant */
      readonly kind: 'output';
      readonly value: string;
      /**
       * @default present
       * @enum {string}
       */
      readonly test: 'equals' | 'differs' | 'contains' | 'at_least' | 'at_most' | 'present';
      /** @default null */
      readonly expected: components['schemas']['JsonValueInput'];
    };
    readonly OutputsAnswer: {
      readonly outputs: components['schemas']['JsonRecord'];
    };
    readonly PasswordChangeRequest: {
      readonly currentPassword: string;
      readonly newPassword: components['schemas']['PasswordInput'];
    };
    readonly PasswordInput: string;
    readonly Plan: {
      readonly digest: components['schemas']['Digest'];
      readonly runId: string;
      readonly deploymentId: string;
      readonly kind: string;
      readonly strategy?: string;
      readonly gates?: readonly {
        readonly unitId: string;
        readonly after: readonly string[];
        readonly before: readonly string[];
        readonly url?: string;
      }[];
      readonly units: readonly components['schemas']['PlanUnit'][];
      readonly edges: readonly (readonly [string, string])[];
      readonly waves: readonly (readonly string[])[];
      readonly changes: readonly components['schemas']['PlannedChange'][];
      readonly cost: {
        readonly currency: string;
        readonly before: number;
        readonly after: number;
        readonly delta: number;
        readonly perUnit: readonly {
          readonly unitId: string;
          readonly amount: number;
        }[];
      };
      readonly duration: {
        readonly sumMs: number;
        readonly criticalPathMs: number;
      };
      readonly risk: {
        /** @enum {string} */
        readonly level: 'low' | 'medium' | 'high';
        readonly score: number;
        readonly reasons: readonly string[];
      };
      readonly policy: readonly {
        readonly rule: string;
        /** @enum {string} */
        readonly outcome: 'allow' | 'deny' | 'warn';
        readonly message: string;
      }[];
      readonly reasoning?: string;
      readonly irreversible: readonly {
        readonly unitId: string;
        readonly resource: string;
        readonly reason: string;
      }[];
      readonly inputs: {
        readonly [key: string]: string;
      };
      readonly outputs: {
        readonly [key: string]: string;
      };
    };
    readonly PlanRecomputation: {
      readonly digest: components['schemas']['Digest'];
      readonly recomputed: components['schemas']['Digest'] | '';
      readonly same: boolean;
      readonly differences: readonly {
        readonly pointer: string;
        readonly recorded?: components['schemas']['JsonValue'];
        readonly recomputed?: components['schemas']['JsonValue'];
      }[];
    };
    readonly PlanResource: {
      readonly address: string;
      readonly type: string;
      readonly properties: components['schemas']['JsonRecord'];
      readonly dependsOn: readonly string[];
      readonly tags?: {
        readonly [key: string]: string;
      };
      readonly lifecycle?: components['schemas']['ResourceLifecycle'];
      readonly action: components['schemas']['ChangeAction'];
      /** @default [] */
      readonly checks: readonly components['schemas']['JsonRecord'][];
      readonly estimatedMs: number;
      readonly costPerMonth: number;
    };
    readonly PlanUnit: {
      readonly unitId: string;
      readonly engine: string;
      readonly provider: string;
      readonly region?: string;
      readonly credential?: string;
      readonly plugin?: {
        readonly source: string;
        readonly version: string;
      };
      readonly action: components['schemas']['ChangeAction'];
      readonly resources: readonly components['schemas']['PlanResource'][];
      readonly dependsOn: readonly string[];
      readonly previous?: components['schemas']['AppliedUnit'];
      readonly artifact?: components['schemas']['ArtifactRef'];
      readonly dryRunUnavailable?: string;
      readonly estimatedMs: number;
      readonly costPerMonth: number;
    };
    readonly PlannedChange: {
      readonly unitId: string;
      readonly resource: string;
      readonly address: string;
      readonly action: components['schemas']['ChangeAction'];
      readonly attributes: readonly components['schemas']['AttributeChange'][];
    };
    readonly PriceBook: {
      readonly currency: string;
      readonly types: {
        readonly [key: string]: number;
      };
      readonly otherwise: number;
      readonly providers: readonly {
        readonly type: string;
        readonly provider: string;
        readonly costPerMonth: number;
      }[];
      readonly engineTypes: readonly {
        readonly engine: string;
        readonly type: string;
        readonly costPerMonth: number;
      }[];
    };
    readonly PriceBookInput: {
      readonly currency: string;
      readonly types: {
        readonly [key: string]: number;
      };
      readonly otherwise: number;
      readonly providers: readonly {
        readonly type: string;
        readonly provider: string;
        readonly costPerMonth: number;
      }[];
      readonly engineTypes: readonly {
        readonly engine: string;
        readonly type: string;
        readonly costPerMonth: number;
      }[];
    };
    readonly PriceBookResource: {
      readonly version: number;
      readonly digest: components['schemas']['Digest'];
      readonly replacedAt?: string;
      readonly replacedBy?: string;
      readonly content: components['schemas']['PriceBook'];
    };
    readonly PrincipalView: {
      readonly principalId: string;
      readonly tenantId: string;
      readonly username: string;
      /** @enum {string} */
      readonly role: 'admin' | 'operator' | 'deployer' | 'viewer';
      readonly permissions: readonly (
        | 'deployment:create'
        | 'deployment:read'
        | 'deployment:approve'
        | 'deployment:cancel'
        | 'deployment:rollback'
        | 'drift:scan'
        | 'drift:remediate'
        | 'drift:read'
        | 'user:manage'
        | 'system:admin'
      )[];
    };
    /** @enum {string} */
    readonly Priority: 'low' | 'normal' | 'high' | 'urgent';
    /** @enum {string} */
    readonly PriorityInput: 'low' | 'normal' | 'high' | 'urgent';
    readonly Problem: {
      readonly type: string;
      readonly title: string;
      readonly status: number;
      readonly code: string;
      readonly detail: string;
      readonly instance: string;
      readonly requestId: string;
      readonly traceId?: string;
      readonly errors?: readonly components['schemas']['ProblemDetail'][];
    } & {
      readonly [key: string]: unknown;
    };
    readonly ProblemDetail: {
      readonly pointer: string;
      readonly detail: string;
    };
    readonly PushTrigger: {
      /** @constant */
      readonly kind: 'push';
      readonly repository: string;
      /** @default main */
      readonly branch: string;
    };
    readonly PushTriggerInput: {
      /** @constant */
      readonly kind: 'push';
      readonly repository: string;
      /** @default main */
      readonly branch: string;
    };
    readonly ReasonRequest: {
      readonly reason?: string;
    };
    readonly RefreshRequest: {
      readonly refresh_token: string;
    };
    readonly RegisterRequest: {
      readonly username: components['schemas']['UsernameInput'];
      readonly password: components['schemas']['PasswordInput'];
      /** @default default */
      readonly tenant: string;
      readonly bootstrapToken?: string;
      readonly invitation?: string;
    };
    readonly RemediateRequest: {
      /** @constant */
      readonly mode: 'revert';
    };
    readonly ResolveTaskRequest: {
      /** @enum {string} */
      readonly outcome: 'done' | 'not_done';
      readonly evidence: string;
    };
    readonly ResourceEffect: {
      readonly address: string;
      readonly unitId: string;
      readonly action: components['schemas']['ChangeAction'];
      readonly partly?: boolean;
    };
    readonly ResourceLifecycle: {
      readonly preventDestroy: boolean;
      readonly createBeforeDestroy: boolean;
      readonly ignoreChanges: readonly string[];
    };
    readonly ResourceName: string;
    readonly ResourceNameInput: string;
    readonly ResourceSpec: {
      readonly name: components['schemas']['ResourceName'];
      readonly engine?: string;
      readonly type: string;
      readonly provider?: string;
      readonly region?: string;
      readonly credential?: string;
      /** @default {} */
      readonly properties: components['schemas']['JsonRecord'];
      /** @default [] */
      readonly dependsOn: readonly components['schemas']['ResourceName'][];
      readonly count?: number;
      readonly scaling?: {
        /** @default 1 */
        readonly min: number;
        /** @default 100 */
        readonly max: number;
      };
      /** @default {} */
      readonly tags: {
        readonly [key: string]: string;
      };
      /** @default [] */
      readonly checks: readonly components['schemas']['Check'][];
      readonly lifecycle?: {
        /** @default false */
        readonly preventDestroy: boolean;
        /** @default false */
        readonly createBeforeDestroy: boolean;
        /** @default [] */
        readonly ignoreChanges: readonly string[];
      };
    };
    readonly ResourceSpecInput: {
      readonly name: components['schemas']['ResourceNameInput'];
      readonly engine?: string;
      readonly type: string;
      readonly provider?: string;
      readonly region?: string;
      readonly credential?: string;
      /** @default {} */
      readonly properties: components['schemas']['JsonRecordInput'];
      /** @default [] */
      readonly dependsOn: readonly components['schemas']['ResourceNameInput'][];
      readonly count?: number;
      readonly scaling?: {
        /** @default 1 */
        readonly min: number;
        /** @default 100 */
        readonly max: number;
      };
      /** @default {} */
      readonly tags: {
        readonly [key: string]: string;
      };
      /** @default [] */
      readonly checks: readonly components['schemas']['CheckInput'][];
      readonly lifecycle?: {
        /** @default false */
        readonly preventDestroy: boolean;
        /** @default false */
        readonly createBeforeDestroy: boolean;
        /** @default [] */
        readonly ignoreChanges: readonly string[];
      };
    };
    readonly ResourcesAnswer: {
      readonly items: readonly components['schemas']['DeployedResource'][];
    };
    readonly RevisionResource: {
      readonly deploymentId: string;
      readonly revision: number;
      readonly digest: string;
      readonly desired: components['schemas']['DesiredState'];
      readonly createdAt: string;
      readonly completedAt?: string;
    };
    readonly RiskRules: {
      readonly points: {
        readonly production: number;
        readonly severalProviders: number;
        readonly manySteps: number;
        readonly losesData: number;
        readonly irreversible: number;
      };
      readonly stepsMax: number;
      readonly mediumFrom: number;
      readonly highFrom: number;
    };
    readonly RiskRulesInput: {
      readonly points: {
        readonly production: number;
        readonly severalProviders: number;
        readonly manySteps: number;
        readonly losesData: number;
        readonly irreversible: number;
      };
      readonly stepsMax: number;
      readonly mediumFrom: number;
      readonly highFrom: number;
    };
    readonly RollbackRequest: {
      readonly toRevision?: number;
      readonly reason?: string;
    };
    readonly RunEffects: {
      readonly done: readonly components['schemas']['ResourceEffect'][];
      readonly notDone: readonly components['schemas']['ResourceEffect'][];
      readonly unknown: readonly components['schemas']['ResourceEffect'][];
    };
    readonly RunResource: {
      readonly id: string;
      readonly deploymentId: string;
      /** @enum {string} */
      readonly kind: 'create' | 'update' | 'scale' | 'configure' | 'rollback' | 'remediate' | 'destroy';
      /** @enum {string} */
      readonly state:
        | 'pending'
        | 'planning'
        | 'planned'
        | 'awaiting_approval'
        | 'approved'
        | 'executing'
        | 'verifying'
        | 'cancelling'
        | 'failed'
        | 'rolling_back'
        | 'rolled_back'
        | 'completed'
        | 'cancelled';
      readonly revision: number;
      readonly reason: string;
      readonly round: number;
      readonly planDigest?: components['schemas']['Digest'];
      readonly progress: number;
      readonly failure?: components['schemas']['Failure'];
      /** @constant */
      readonly paused?: true;
      readonly startsAt?: string;
      readonly effects?: components['schemas']['RunEffects'];
      readonly requestedAt: string;
      readonly requestedBy: string;
      readonly correlationId: string;
      readonly startedAt?: string;
      readonly finishedAt?: string;
      readonly allowed: readonly ('plan' | 'approve' | 'reject' | 'execute' | 'cancel' | 'rollback' | 'retry')[];
      readonly links: components['schemas']['Links'];
    };
    readonly RunStates: {
      readonly states: readonly (
        | 'pending'
        | 'planning'
        | 'planned'
        | 'awaiting_approval'
        | 'approved'
        | 'executing'
        | 'verifying'
        | 'cancelling'
        | 'failed'
        | 'rolling_back'
        | 'rolled_back'
        | 'completed'
        | 'cancelled'
      )[];
      readonly final: readonly (
        | 'pending'
        | 'planning'
        | 'planned'
        | 'awaiting_approval'
        | 'approved'
        | 'executing'
        | 'verifying'
        | 'cancelling'
        | 'failed'
        | 'rolling_back'
        | 'rolled_back'
        | 'completed'
        | 'cancelled'
      )[];
      readonly settled: readonly (
        | 'pending'
        | 'planning'
        | 'planned'
        | 'awaiting_approval'
        | 'approved'
        | 'executing'
        | 'verifying'
        | 'cancelling'
        | 'failed'
        | 'rolling_back'
        | 'rolled_back'
        | 'completed'
        | 'cancelled'
      )[];
      readonly commands: readonly ('plan' | 'approve' | 'reject' | 'execute' | 'cancel' | 'rollback' | 'retry')[];
      readonly transitions: readonly {
        /** @enum {string} */
        readonly from:
          | 'pending'
          | 'planning'
          | 'planned'
          | 'awaiting_approval'
          | 'approved'
          | 'executing'
          | 'verifying'
          | 'cancelling'
          | 'failed'
          | 'rolling_back'
          | 'rolled_back'
          | 'completed'
          | 'cancelled';
        /** @enum {string} */
        readonly to:
          | 'pending'
          | 'planning'
          | 'planned'
          | 'awaiting_approval'
          | 'approved'
          | 'executing'
          | 'verifying'
          | 'cancelling'
          | 'failed'
          | 'rolling_back'
          | 'rolled_back'
          | 'completed'
          | 'cancelled';
        /** @enum {string} */
        readonly command?: 'plan' | 'approve' | 'reject' | 'execute' | 'cancel' | 'rollback' | 'retry';
        readonly when: string;
      }[];
    };
    readonly ScaleRequest: {
      readonly resource: components['schemas']['ResourceNameInput'];
      readonly count: number;
      readonly reason?: string;
    };
    readonly ScanAnswer: {
      readonly scan: {
        readonly id: string;
        readonly deploymentId: string;
        readonly links: components['schemas']['Links'];
      };
      readonly stream: string;
      readonly version: number;
    };
    readonly ScanRequest: {
      /** Format: uuid */
      readonly deploymentId: string;
      /** @default false */
      readonly autoRemediate: boolean;
    };
    readonly Schedule: {
      /** Format: date-time */
      readonly notBefore?: string;
      /** @default [] */
      readonly allow: readonly {
        /**
         * @default [
         *       "mon",
         *       "tue",
         *       "wed",
         *       "thu",
         *       "fri",
         *       "sat",
         *       "sun"
         *     ]
         */
        readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
        readonly from: string;
        readonly to: string;
      }[];
      /** @default [] */
      readonly deny: readonly {
        /**
         * @default [
         *       "mon",
         *       "tue",
         *       "wed",
         *       "thu",
         *       "fri",
         *       "sat",
         *       "sun"
         *     ]
         */
        readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
        readonly from: string;
        readonly to: string;
      }[];
      /** @default [] */
      readonly freezes: readonly {
        /** Format: date-time */
        readonly from: string;
        /** Format: date-time */
        readonly to: string;
      }[];
    };
    readonly ScheduleInput: {
      /** Format: date-time */
      readonly notBefore?: string;
      /** @default [] */
      readonly allow: readonly {
        /**
         * @default [
         *       "mon",
         *       "tue",
         *       "wed",
         *       "thu",
         *       "fri",
         *       "sat",
         *       "sun"
         *     ]
         */
        readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
        readonly from: string;
        readonly to: string;
      }[];
      /** @default [] */
      readonly deny: readonly {
        /**
         * @default [
         *       "mon",
         *       "tue",
         *       "wed",
         *       "thu",
         *       "fri",
         *       "sat",
         *       "sun"
         *     ]
         */
        readonly days: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
        readonly from: string;
        readonly to: string;
      }[];
      /** @default [] */
      readonly freezes: readonly {
        /** Format: date-time */
        readonly from: string;
        /** Format: date-time */
        readonly to: string;
      }[];
    };
    readonly TaskResource: {
      readonly id: string;
      readonly unitId: string;
      readonly resources: readonly {
        readonly address: string;
        readonly action: components['schemas']['ChangeAction'];
      }[];
      /** @enum {string} */
      readonly state:
        'pending' | 'queued' | 'acquired' | 'running' | 'succeeded' | 'failed' | 'timed_out' | 'retrying' | 'cancelled';
      readonly attempt: number;
      readonly waiting?: {
        readonly reason: string;
        readonly since: string;
        readonly until: string;
        readonly callback: boolean;
      } & {
        readonly [key: string]: unknown;
      };
    } & {
      readonly [key: string]: unknown;
    };
    readonly TcpCheck: {
      /** @constant */
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number | string;
      /** @default 30000 */
      readonly withinMs: number;
      /** @default 1000 */
      readonly everyMs: number;
      /** @default 1000 */
      readonly triesMax: number;
    };
    readonly TcpCheckInput: {
      /** @constant */
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number | string;
      /** @default 30000 */
      readonly withinMs: number;
      /** @default 1000 */
      readonly everyMs: number;
      /** @default 1000 */
      readonly triesMax: number;
    };
    readonly TokenAnswer: {
      readonly access_token: string;
      readonly refresh_token: string;
      /** @constant */
      readonly token_type: 'Bearer';
      readonly expires_in: number;
      readonly refresh_expires_in: number;
    };
    readonly TypeMapping: {
      readonly type: string;
      readonly provider: string;
      readonly engine: string;
      readonly engineType: string;
      readonly source?: string;
      readonly version?: string;
    };
    readonly TypeMappingInput: {
      readonly type: string;
      readonly provider: string;
      readonly engine: string;
      readonly engineType: string;
      readonly source?: string;
      readonly version?: string;
    };
    readonly TypeTable: {
      readonly types: {
        readonly [key: string]: {
          readonly priority: number;
          readonly durationMs: number;
          readonly irreversible?: string;
          /** @default false */
          readonly holdsData: boolean;
          readonly after?: readonly string[];
        };
      };
      readonly otherwise: {
        readonly priority: number;
        readonly durationMs: number;
      };
      readonly mappings: readonly components['schemas']['TypeMapping'][];
      readonly engineTypes: readonly {
        readonly engine: string;
        readonly type: string;
        readonly priority: number;
        readonly durationMs: number;
        readonly irreversible?: string;
        /** @default false */
        readonly holdsData: boolean;
      }[];
      readonly defaults: readonly {
        readonly provider: string;
        readonly region?: string;
        readonly resources: readonly {
          readonly name: components['schemas']['ResourceName'];
          readonly type: string;
          /** @default {} */
          readonly properties: components['schemas']['JsonRecord'];
          /** @default [] */
          readonly dependsOn: readonly components['schemas']['ResourceName'][];
        }[];
      }[];
      readonly risk: components['schemas']['RiskRules'];
    };
    readonly TypeTableInput: {
      readonly types: {
        readonly [key: string]: {
          readonly priority: number;
          readonly durationMs: number;
          readonly irreversible?: string;
          /** @default false */
          readonly holdsData: boolean;
          readonly after?: readonly string[];
        };
      };
      readonly otherwise: {
        readonly priority: number;
        readonly durationMs: number;
      };
      readonly mappings: readonly components['schemas']['TypeMappingInput'][];
      readonly engineTypes: readonly {
        readonly engine: string;
        readonly type: string;
        readonly priority: number;
        readonly durationMs: number;
        readonly irreversible?: string;
        /** @default false */
        readonly holdsData: boolean;
      }[];
      readonly defaults: readonly {
        readonly provider: string;
        readonly region?: string;
        readonly resources: readonly {
          readonly name: components['schemas']['ResourceNameInput'];
          readonly type: string;
          /** @default {} */
          readonly properties: components['schemas']['JsonRecordInput'];
          /** @default [] */
          readonly dependsOn: readonly components['schemas']['ResourceNameInput'][];
        }[];
      }[];
      readonly risk: components['schemas']['RiskRulesInput'];
    };
    readonly TypeTableResource: {
      readonly version: number;
      readonly digest: components['schemas']['Digest'];
      readonly replacedAt?: string;
      readonly replacedBy?: string;
      readonly content: components['schemas']['TypeTable'];
    };
    readonly UsernameInput: string;
    readonly listDeploymentDriftAnswer: {
      readonly items: readonly components['schemas']['DriftReportResource'][];
      readonly nextCursor?: string;
    };
    readonly listDeploymentsAnswer: {
      readonly items: readonly components['schemas']['DeploymentSummary'][];
      readonly nextCursor?: string;
    };
    readonly listDriftReportsAnswer: {
      readonly items: readonly components['schemas']['DriftReportResource'][];
      readonly nextCursor?: string;
    };
    readonly listKeysAnswer: {
      readonly items: readonly components['schemas']['KeyResource'][];
      readonly nextCursor?: string;
    };
    readonly listMembersAnswer: {
      readonly items: readonly components['schemas']['MemberResource'][];
      readonly nextCursor?: string;
    };
    readonly listRevisionsAnswer: {
      readonly items: readonly components['schemas']['RevisionResource'][];
      readonly nextCursor?: string;
    };
    readonly listRunsAnswer: {
      readonly items: readonly components['schemas']['RunResource'][];
      readonly nextCursor?: string;
    };
    readonly listTasksAnswer: {
      readonly items: readonly components['schemas']['TaskResource'][];
      readonly nextCursor?: string;
    };
    /** @description Server-sent events: `id` is the place to come back to, `data` a CloudEvent. */
    readonly watchEventsAnswer: string;
  };
  responses: {
    /** @description The request does not have the right shape. */
    readonly Problem400: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 400;
          /** @enum {unknown} */
          readonly code?:
            | 'bad-request'
            | 'duplicate-key'
            | 'forbidden-key'
            | 'invalid-header'
            | 'invalid-json'
            | 'invalid-number'
            | 'invalid-parameter'
            | 'invalid-request'
            | 'invalid-text'
            | 'invalid-url'
            | 'json-too-big'
            | 'json-too-deep';
        } & components['schemas']['Problem'];
      };
    };
    /** @description No valid credential. */
    readonly Problem401: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 401;
          /** @enum {unknown} */
          readonly code?: 'token-expired' | 'token-invalid' | 'token-missing' | 'token-revoked';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The role does not allow this. */
    readonly Problem403: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 403;
          /** @enum {unknown} */
          readonly code?: 'permission-denied';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The request did not arrive in time. */
    readonly Problem408: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 408;
          /** @enum {unknown} */
          readonly code?: 'request-timeout';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The body is too large. */
    readonly Problem413: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 413;
          /** @enum {unknown} */
          readonly code?: 'body-too-large';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The address is too long. */
    readonly Problem414: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 414;
          /** @enum {unknown} */
          readonly code?: 'url-too-long';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The body is not JSON. */
    readonly Problem415: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 415;
          /** @enum {unknown} */
          readonly code?: 'unsupported-media-type';
        } & components['schemas']['Problem'];
      };
    };
    /** @description Understood, and cannot be followed; the fields are named. */
    readonly Problem422: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 422;
          /** @enum {unknown} */
          readonly code?: 'idempotency-key-reused' | 'unprocessable-request';
        } & components['schemas']['Problem'];
      };
    };
    /** @description If-Match is missing. */
    readonly Problem428: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 428;
          /** @enum {unknown} */
          readonly code?: 'precondition-required';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The headers are too large. */
    readonly Problem431: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 431;
          /** @enum {unknown} */
          readonly code?: 'headers-too-large';
        } & components['schemas']['Problem'];
      };
    };
    /** @description A defect of Caisson. */
    readonly Problem500: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 500;
          /** @enum {unknown} */
          readonly code?: 'internal-error';
        } & components['schemas']['Problem'];
      };
    };
    /** @description Away for the moment; try again after Retry-After. */
    readonly Problem503: {
      headers: {
        /** @description Seconds to wait. */
        readonly 'Retry-After'?: string;
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': {
          /** @constant */
          readonly status?: 503;
          /** @enum {unknown} */
          readonly code?: 'service-unavailable';
        } & components['schemas']['Problem'];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  readonly register: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "username": "mia",
         *       "password": "correct horse battery",
         *       "tenant": "acme",
         *       "bootstrapToken": "as-the-server-printed-it"
         *     }
         */
        readonly 'application/json': components['schemas']['RegisterRequest'];
      };
    };
    readonly responses: {
      /** @description Register: found a tenant with the bootstrap token, follow an invitation, or join as a viewer */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['PrincipalView'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      /** @description The role does not allow this. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 403;
            /** @enum {unknown} */
            readonly code?: 'bootstrap-token-invalid' | 'invitation-invalid' | 'registration-closed';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'tenant-exists' | 'username-taken';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly logIn: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "username": "mia",
         *       "password": "correct horse battery",
         *       "tenant": "acme"
         *     }
         */
        readonly 'application/json': components['schemas']['LoginRequest'];
      };
    };
    readonly responses: {
      /** @description Exchange user name and password for the tokens of a new session */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['TokenAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      /** @description No valid credential. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 401;
            /** @enum {unknown} */
            readonly code?: 'credentials-invalid';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly refresh: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "refresh_token": "as-the-login-answered-it"
         *     }
         */
        readonly 'application/json': components['schemas']['RefreshRequest'];
      };
    };
    readonly responses: {
      /** @description Exchange a refresh token for the next tokens of its session; a second time ends the session */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['TokenAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      /** @description No valid credential. */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 401;
            /** @enum {unknown} */
            readonly code?: 'refresh-token-invalid';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly logOut: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description End the session */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      /** @description The role does not allow this. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 403;
            /** @enum {unknown} */
            readonly code?: 'session-required';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly changePassword: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "currentPassword": "correct horse battery",
         *       "newPassword": "staple of another kind"
         *     }
         */
        readonly 'application/json': components['schemas']['PasswordChangeRequest'];
      };
    };
    readonly responses: {
      /** @description Change the password, and end all other sessions */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      /** @description The role does not allow this. */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 403;
            /** @enum {unknown} */
            readonly code?: 'password-wrong' | 'session-required';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly me: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Say who the caller is */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['PrincipalView'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readKeySet: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read the public keys of access tokens; none while they are signed with a secret */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['KeySet'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly listMembers: {
    readonly parameters: {
      readonly query?: {
        /** @description How many at most, 1 to 200; default 50. */
        readonly limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description List the members of the tenant */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          readonly Link?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['listMembersAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly inviteMember: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "role": "deployer"
         *     }
         */
        readonly 'application/json': components['schemas']['InviteRequest'];
      };
    };
    readonly responses: {
      /** @description Invite somebody into the tenant; the invitation is shown this once */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['InvitationAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'invitations-exhausted' | 'secret-shown';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readMember: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read a member of the tenant */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['MemberResource'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'member-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly removeMember: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Leave the tenant, or show a member the door, which needs the permission user:manage */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'member-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'last-admin';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly changeMember: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "role": "operator"
         *     }
         */
        readonly 'application/json': components['schemas']['MemberChangeRequest'];
      };
    };
    readonly responses: {
      /** @description Give a member another role */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['MemberResource'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'member-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'last-admin';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly listKeys: {
    readonly parameters: {
      readonly query?: {
        /** @description How many at most, 1 to 200; default 50. */
        readonly limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description List API keys, revoked ones too */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          readonly Link?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['listKeysAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly issueKey: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "name": "nightly build",
         *       "scope": "write",
         *       "expiresInDays": 90
         *     }
         */
        readonly 'application/json': components['schemas']['KeyRequest'];
      };
    };
    readonly responses: {
      /** @description Issue an API key; its secret is shown this once */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['KeyAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'secret-shown';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readKey: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read an API key */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['KeyResource'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'key-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly revokeKey: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Revoke an API key, at once */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'key-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly rotateKey: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "overlapHours": 24
         *     }
         */
        readonly 'application/json': components['schemas']['KeyRotationRequest'];
      };
    };
    readonly responses: {
      /** @description Give an API key a new secret, and let the old one be good for a while */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['KeyAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'key-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'key-changed' | 'key-expired' | 'key-revoked' | 'secret-shown';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly listDeployments: {
    readonly parameters: {
      readonly query?: {
        /** @description How many at most, 1 to 200; default 50. */
        readonly limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        readonly cursor?: string;
        readonly status?:
          | 'pending'
          | 'planning'
          | 'planned'
          | 'awaiting_approval'
          | 'approved'
          | 'executing'
          | 'verifying'
          | 'cancelling'
          | 'failed'
          | 'rolling_back'
          | 'rolled_back'
          | 'completed'
          | 'cancelled'
          | 'deleting'
          | 'deleted';
        readonly environment?: 'development' | 'staging' | 'production';
        readonly name?: string;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description List deployments, newest first */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          readonly Link?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['listDeploymentsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly createDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "name": "shop",
         *       "resources": [
         *         {
         *           "name": "network",
         *           "engine": "sandbox",
         *           "type": "network",
         *           "properties": {
         *             "cidr": "10.0.0.0/16"
         *           }
         *         },
         *         {
         *           "name": "web",
         *           "engine": "sandbox",
         *           "type": "server",
         *           "count": 2,
         *           "properties": {
         *             "network": "${network.id}"
         *           }
         *         }
         *       ]
         *     }
         */
        readonly 'application/json': components['schemas']['DesiredStateRequest'];
      };
    };
    readonly responses: {
      /** @description Create a deployment and request its first run */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?:
              'deployment-deleted' | 'deployment-exists' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 422;
            /** @enum {unknown} */
            readonly code?: 'desired-state-invalid' | 'idempotency-key-reused' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read a deployment */
      readonly 200: {
        headers: {
          /** @description The version of the deployment, for If-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['DeploymentResource'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly deleteDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Cancel what runs and destroy what was applied */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly changeDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        readonly 'If-Match': string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "name": "shop",
         *       "resources": [
         *         {
         *           "name": "network",
         *           "engine": "sandbox",
         *           "type": "network",
         *           "properties": {
         *             "cidr": "10.0.0.0/16"
         *           }
         *         },
         *         {
         *           "name": "web",
         *           "engine": "sandbox",
         *           "type": "server",
         *           "count": 2,
         *           "properties": {
         *             "network": "${network.id}"
         *           }
         *         }
         *       ],
         *       "environment": "staging"
         *     }
         */
        readonly 'application/json': components['schemas']['DesiredStateRequest'];
      };
    };
    readonly responses: {
      /** @description Replace what is desired and request an update run */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict' | 'precondition-failed';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 422;
            /** @enum {unknown} */
            readonly code?: 'desired-state-invalid' | 'idempotency-key-reused' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      readonly 428: components['responses']['Problem428'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly scaleDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        readonly 'If-Match'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "resource": "web",
         *       "count": 3,
         *       "reason": "sale"
         *     }
         */
        readonly 'application/json': components['schemas']['ScaleRequest'];
      };
    };
    readonly responses: {
      /** @description Change how many copies of a resource there are */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict' | 'precondition-failed';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 422;
            /** @enum {unknown} */
            readonly code?: 'desired-state-invalid' | 'idempotency-key-reused' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly configureDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        readonly 'If-Match'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "resources": {
         *         "web": {
         *           "properties": {
         *             "flavor": "m1.large"
         *           },
         *           "tags": {
         *             "tier": "web"
         *           }
         *         }
         *       }
         *     }
         */
        readonly 'application/json': components['schemas']['ConfigureRequest'];
      };
    };
    readonly responses: {
      /** @description Change properties of named resources */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict' | 'precondition-failed';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 422;
            /** @enum {unknown} */
            readonly code?: 'desired-state-invalid' | 'idempotency-key-reused' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly planDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': components['schemas']['EmptyRequest'];
      };
    };
    readonly responses: {
      /** @description Plan the newest run, or plan it again */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly approveDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "planDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000000"
         *     }
         */
        readonly 'application/json': components['schemas']['ApproveRequest'];
      };
    };
    readonly responses: {
      /** @description Approve the plan of the newest run by its digest */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?:
              | 'deployment-deleted'
              | 'plan-digest-mismatch'
              | 'plan-inputs-changed'
              | 'run-active'
              | 'run-not-due'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly executeDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': components['schemas']['EmptyRequest'];
      };
    };
    readonly responses: {
      /** @description Apply the approved plan of the newest run */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?:
              'deployment-deleted' | 'run-active' | 'run-not-due' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly cancelDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        /**
         * @example {
         *       "reason": "Too dear."
         *     }
         */
        readonly 'application/json': components['schemas']['ReasonRequest'];
      };
    };
    readonly responses: {
      /** @description Cancel the newest run */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly rollBackDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        /**
         * @example {
         *       "toRevision": 1,
         *       "reason": "The new version is slow."
         *     }
         */
        readonly 'application/json': components['schemas']['RollbackRequest'];
      };
    };
    readonly responses: {
      /** @description Undo a failed run, or go back to an earlier revision */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 422;
            /** @enum {unknown} */
            readonly code?: 'idempotency-key-reused' | 'revision-not-found' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly retryDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': components['schemas']['EmptyRequest'];
      };
    };
    readonly responses: {
      /** @description Try the newest run again */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly scanDeployment: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        /**
         * @example {
         *       "autoRemediate": false
         *     }
         */
        readonly 'application/json': components['schemas']['DeploymentScanRequest'];
      };
    };
    readonly responses: {
      /** @description Compare the world with what was applied */
      readonly 202: {
        headers: {
          /** @description The report to come. */
          readonly Location?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ScanAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly listRuns: {
    readonly parameters: {
      readonly query?: {
        /** @description How many at most, 1 to 200; default 50. */
        readonly limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description List the runs of a deployment, newest first */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          readonly Link?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['listRunsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly listRevisions: {
    readonly parameters: {
      readonly query?: {
        /** @description How many at most, 1 to 200; default 50. */
        readonly limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description List the versions of what is desired, newest first */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          readonly Link?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['listRevisionsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly listResources: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description List what is applied */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ResourcesAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readOutputs: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read the outputs of a deployment */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['OutputsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readDeploymentHistory: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read all that happened to a deployment, in order */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['HistoryAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly listDeploymentDrift: {
    readonly parameters: {
      readonly query?: {
        /** @description How many at most, 1 to 200; default 50. */
        readonly limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description List the drift reports of a deployment, newest first */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          readonly Link?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['listDeploymentDriftAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readRun: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read a run */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['RunResource'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readRunPlan: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read the plan of a run */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Plan'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'plan-not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly listTasks: {
    readonly parameters: {
      readonly query?: {
        /** @description How many at most, 1 to 200; default 50. */
        readonly limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description List the tasks of a run */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          readonly Link?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['listTasksAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readRunHistory: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read all that happened in a run, in order */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['HistoryAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly approveRun: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "planDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000000"
         *     }
         */
        readonly 'application/json': components['schemas']['ApproveRequest'];
      };
    };
    readonly responses: {
      /** @description Approve the plan of a run by its digest */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?:
              | 'deployment-deleted'
              | 'plan-digest-mismatch'
              | 'plan-inputs-changed'
              | 'run-active'
              | 'run-not-due'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly rejectRun: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        /**
         * @example {
         *       "reason": "Too dear."
         *     }
         */
        readonly 'application/json': components['schemas']['ReasonRequest'];
      };
    };
    readonly responses: {
      /** @description Turn the plan of a run down */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly cancelRun: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        /**
         * @example {
         *       "reason": "Asked by mistake."
         *     }
         */
        readonly 'application/json': components['schemas']['ReasonRequest'];
      };
    };
    readonly responses: {
      /** @description Cancel a run */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly retryRun: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': components['schemas']['EmptyRequest'];
      };
    };
    readonly responses: {
      /** @description Try a failed run again */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readTask: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read a task */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['TaskResource'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'route-not-found' | 'task-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly listAttempts: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description List the attempts of a task, oldest first */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['AttemptsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'route-not-found' | 'task-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readCallbackAddress: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read the secret address at which a task that waits is called back */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CallbackAddress'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'route-not-found' | 'task-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'callbacks-off' | 'task-not-waiting';
          } & components['schemas']['Problem'];
        };
      };
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly resolveTask: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "outcome": "done",
         *       "evidence": "The console shows it as srv-1."
         *     }
         */
        readonly 'application/json': components['schemas']['ResolveTaskRequest'];
      };
    };
    readonly responses: {
      /** @description Say what became of a task whose outcome is unknown */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?:
              'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found' | 'task-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?:
              'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded' | 'task-outcome-known';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readAttemptLog: {
    readonly parameters: {
      readonly query?: {
        readonly offset?: number;
        readonly limit?: number;
        readonly waitSeconds?: number;
      };
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read what a tool said in an attempt, from a line on; waits for more while it runs */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['LogAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'attempt-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readPlan: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly digest: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read a plan by its digest */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Plan'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'plan-not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly recompute: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly digest: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': components['schemas']['EmptyRequest'];
      };
    };
    readonly responses: {
      /** @description Compute a plan again from its recorded inputs and say whether it is the same */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['PlanRecomputation'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'plan-not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'plan-not-recomputable';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readTypeTable: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read the type table */
      readonly 200: {
        headers: {
          /** @description The version, for If-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['TypeTableResource'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly replaceTypeTable: {
    readonly parameters: {
      readonly query?: never;
      readonly header: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        readonly 'If-Match': string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "types": {
         *         "network": {
         *           "priority": 1,
         *           "durationMs": 20000
         *         },
         *         "server": {
         *           "priority": 2,
         *           "durationMs": 45000
         *         }
         *       },
         *       "otherwise": {
         *         "priority": 100,
         *         "durationMs": 30000
         *       },
         *       "mappings": [
         *         {
         *           "type": "server",
         *           "provider": "aws",
         *           "engine": "terraform",
         *           "engineType": "aws_instance"
         *         }
         *       ],
         *       "engineTypes": [],
         *       "defaults": [],
         *       "risk": {
         *         "points": {
         *           "production": 30,
         *           "severalProviders": 20,
         *           "manySteps": 20,
         *           "losesData": 40,
         *           "irreversible": 40
         *         },
         *         "stepsMax": 10,
         *         "mediumFrom": 30,
         *         "highFrom": 60
         *       }
         *     }
         */
        readonly 'application/json': components['schemas']['TypeTableInput'];
      };
    };
    readonly responses: {
      /** @description Replace the type table by a new version */
      readonly 200: {
        headers: {
          /** @description The version, for If-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['TypeTableResource'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      readonly 408: components['responses']['Problem408'];
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'precondition-failed' | 'table-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 428: components['responses']['Problem428'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readTypeTableVersion: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly version: number;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read a version of the type table */
      readonly 200: {
        headers: {
          /** @description The version, for If-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['TypeTableResource'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'route-not-found' | 'table-version-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readPriceBook: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read the price book */
      readonly 200: {
        headers: {
          /** @description The version, for If-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['PriceBookResource'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly replacePriceBook: {
    readonly parameters: {
      readonly query?: never;
      readonly header: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        readonly 'If-Match': string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "currency": "EUR",
         *       "types": {
         *         "network": 0,
         *         "server": 40
         *       },
         *       "otherwise": 10,
         *       "providers": [
         *         {
         *           "type": "server",
         *           "provider": "aws",
         *           "costPerMonth": 55
         *         }
         *       ],
         *       "engineTypes": []
         *     }
         */
        readonly 'application/json': components['schemas']['PriceBookInput'];
      };
    };
    readonly responses: {
      /** @description Replace the price book by a new version */
      readonly 200: {
        headers: {
          /** @description The version, for If-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['PriceBookResource'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      readonly 408: components['responses']['Problem408'];
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'precondition-failed' | 'table-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 428: components['responses']['Problem428'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readPriceBookVersion: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly version: number;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read a version of the price book */
      readonly 200: {
        headers: {
          /** @description The version, for If-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['PriceBookResource'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'not-found' | 'route-not-found' | 'table-version-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly requestScan: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "deploymentId": "0198c2a5-7b1e-7c3d-9a4f-2f6d8e1b0c5a",
         *       "autoRemediate": false
         *     }
         */
        readonly 'application/json': components['schemas']['ScanRequest'];
      };
    };
    readonly responses: {
      /** @description Compare the world with what was applied to a deployment */
      readonly 202: {
        headers: {
          /** @description The report to come. */
          readonly Location?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ScanAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?: 'deployment-deleted' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly listDriftReports: {
    readonly parameters: {
      readonly query?: {
        /** @description How many at most, 1 to 200; default 50. */
        readonly limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        readonly cursor?: string;
        readonly deploymentId?: string;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description List drift reports, newest first */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          readonly Link?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['listDriftReportsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly readDriftReport: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read a drift report */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['DriftReportResource'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'drift-report-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly remediateDrift: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Names the command: the same key again is the same command. A UUID of version 7 is a good one. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        /**
         * @example {
         *       "mode": "revert"
         *     }
         */
        readonly 'application/json': components['schemas']['RemediateRequest'];
      };
    };
    readonly responses: {
      /** @description Request a run that puts right what a report found */
      readonly 202: {
        headers: {
          /** @description The run that follows, or the deployment. */
          readonly Location?: string;
          /** @description The version of the deployment after the command. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CommandAnswer'];
        };
      };
      readonly 400: components['responses']['Problem400'];
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?:
              'deployment-not-found' | 'drift-report-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 409;
            /** @enum {unknown} */
            readonly code?:
              'deployment-deleted' | 'nothing-to-remediate' | 'run-active' | 'run-state-conflict' | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 412;
            /** @enum {unknown} */
            readonly code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      readonly 413: components['responses']['Problem413'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 422: components['responses']['Problem422'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
  readonly watchEvents: {
    readonly parameters: {
      readonly query?: {
        /** @description Only what happens to this deployment, its plans, runs and scans. */
        readonly deployment?: string;
        /** @description Only these types, separated by commas; caisson.execution.* stands for all of a context. */
        readonly type?: string;
      };
      readonly header?: {
        /** @description The id of the last event that was seen: all after it follow. 0 = from the beginning. */
        readonly 'Last-Event-ID'?: string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Watch the public events of the tenant as server-sent events, from now on or from where one was cut off */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'text/event-stream': components['schemas']['watchEventsAnswer'];
        };
      };
      /** @description The request does not have the right shape. */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 400;
            /** @enum {unknown} */
            readonly code?:
              | 'bad-request'
              | 'duplicate-key'
              | 'forbidden-key'
              | 'invalid-header'
              | 'invalid-json'
              | 'invalid-number'
              | 'invalid-parameter'
              | 'invalid-request'
              | 'invalid-text'
              | 'invalid-url'
              | 'json-too-big'
              | 'json-too-deep'
              | 'live-position-unknown';
          } & components['schemas']['Problem'];
        };
      };
      readonly 401: components['responses']['Problem401'];
      readonly 403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 404;
            /** @enum {unknown} */
            readonly code?: 'deployment-not-found';
          } & components['schemas']['Problem'];
        };
      };
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      /** @description Away for the moment; try again after Retry-After. */
      readonly 503: {
        headers: {
          /** @description Seconds to wait. */
          readonly 'Retry-After'?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': {
            /** @constant */
            readonly status?: 503;
            /** @enum {unknown} */
            readonly code?: 'live-streams-exhausted' | 'service-unavailable';
          } & components['schemas']['Problem'];
        };
      };
    };
  };
  readonly readRunStates: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Read the states of a run and what leads from one to another */
      readonly 200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          readonly ETag?: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['RunStates'];
        };
      };
      /** @description It is as the caller has it already. */
      readonly 304: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      readonly 400: components['responses']['Problem400'];
      readonly 408: components['responses']['Problem408'];
      readonly 414: components['responses']['Problem414'];
      readonly 415: components['responses']['Problem415'];
      readonly 431: components['responses']['Problem431'];
      readonly 500: components['responses']['Problem500'];
      readonly 503: components['responses']['Problem503'];
    };
  };
}
