// Made from docs/reference/openapi.json; a test keeps them in step.

export interface paths {
  '/api/v1/auth/register': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Register: found a tenant with the bootstrap token, follow an invitation, or join as a viewer */
    post: operations['register'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/login': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Exchange user name and password for the tokens of a new session */
    post: operations['logIn'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/refresh': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Exchange a refresh token for the next tokens of its session; a second time ends the session */
    post: operations['refresh'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/logout': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End the session */
    post: operations['logOut'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Change the password, and end all other sessions */
    post: operations['changePassword'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/auth/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Say who the caller is */
    get: operations['me'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/.well-known/jwks.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the public keys of access tokens; none while they are signed with a secret */
    get: operations['readKeySet'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List credentials, without their values */
    get: operations['listCredentials'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials/rewrap': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put all credentials under the newest key of the installation */
    post: operations['rewrapCredentials'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read what is told of a credential */
    get: operations['readCredential'];
    /** Store the values of a credential, in place of what it had */
    put: operations['storeCredential'];
    post?: never;
    /** Remove a credential and destroy its values */
    delete: operations['removeCredential'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tenants': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the tenants that the credential is good for: one */
    get: operations['listTenants'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tenants/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the tenant of the caller */
    get: operations['readTenant'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/members/invitations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the invitations that nobody has used yet, oldest first */
    get: operations['listInvitations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/members/invitations/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Take back an invitation that nobody has used */
    delete: operations['revokeInvitation'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the members of the tenant */
    get: operations['listMembers'];
    put?: never;
    /** Invite somebody into the tenant; the invitation is shown this once */
    post: operations['inviteMember'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/members/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a member of the tenant */
    get: operations['readMember'];
    put?: never;
    post?: never;
    /** Leave the tenant, or show a member the door, which needs the permission user:manage */
    delete: operations['removeMember'];
    options?: never;
    head?: never;
    /** Give a member another role */
    patch: operations['changeMember'];
    trace?: never;
  };
  '/api/v1/keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List API keys, revoked ones too */
    get: operations['listKeys'];
    put?: never;
    /** Issue an API key; its secret is shown this once */
    post: operations['issueKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/keys/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read an API key */
    get: operations['readKey'];
    put?: never;
    post?: never;
    /** Revoke an API key, at once */
    delete: operations['revokeKey'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/keys/{id}/rotate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give an API key a new secret, and let the old one be good for a while */
    post: operations['rotateKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/quotas': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read what the tenant uses and may use */
    get: operations['readQuotas'];
    /** Replace the limits of the tenant that are named; what it has already stays */
    put: operations['replaceQuotas'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List deployments, newest first */
    get: operations['listDeployments'];
    put?: never;
    /** Create a deployment and request its first run */
    post: operations['createDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a deployment */
    get: operations['readDeployment'];
    put?: never;
    post?: never;
    /** Cancel what runs and destroy what was applied */
    delete: operations['deleteDeployment'];
    options?: never;
    head?: never;
    /** Replace what is desired and request an update run */
    patch: operations['changeDeployment'];
    trace?: never;
  };
  '/api/v1/deployments/{id}/scale': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Change how many copies of a resource there are */
    post: operations['scaleDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/configure': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Change properties of named resources */
    post: operations['configureDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/plan': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Plan the newest run, or plan it again */
    post: operations['planDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/approve': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Approve the plan of the newest run by its digest */
    post: operations['approveDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/execute': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Apply the approved plan of the newest run */
    post: operations['executeDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Cancel the newest run */
    post: operations['cancelDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/rollback': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Undo a failed run, or go back to an earlier revision */
    post: operations['rollBackDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Try the newest run again */
    post: operations['retryDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/scan': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Compare the world with what was applied */
    post: operations['scanDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the runs of a deployment, newest first */
    get: operations['listRuns'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/revisions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the versions of what is desired, newest first */
    get: operations['listRevisions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/revisions/{revision}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a version of what is desired by its number */
    get: operations['readRevision'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/resources': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List what is applied */
    get: operations['listResources'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/outputs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the outputs of a deployment */
    get: operations['readOutputs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read all that happened to a deployment, in order */
    get: operations['readDeploymentHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/drift': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the drift reports of a deployment, newest first */
    get: operations['listDeploymentDrift'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/drift-history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read how attributes of a deployment became what they are */
    get: operations['readDriftHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the runs of all deployments, newest first */
    get: operations['listAllRuns'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a run */
    get: operations['readRun'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/plan': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the plan of a run */
    get: operations['readRunPlan'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the tasks of a run */
    get: operations['listTasks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read all that happened in a run, in order */
    get: operations['readRunHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/approvals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the approvals that the plans of a run needed, oldest first */
    get: operations['listApprovals'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/approve': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Approve the plan of a run by its digest */
    post: operations['approveRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/reject': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Turn the plan of a run down */
    post: operations['rejectRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Cancel a run */
    post: operations['cancelRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Try a failed run again */
    post: operations['retryRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tasks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a task */
    get: operations['readTask'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tasks/{id}/attempts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the attempts of a task, oldest first */
    get: operations['listAttempts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tasks/{id}/callback': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the secret address at which a task that waits is called back */
    get: operations['readCallbackAddress'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tasks/{id}/resolve': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Say what became of a task whose outcome is unknown */
    post: operations['resolveTask'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/attempts/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read an attempt */
    get: operations['readAttempt'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/attempts/{id}/log': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read what a tool said in an attempt, from a line on; waits for more while it runs */
    get: operations['readAttemptLog'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/plans/{digest}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a plan by its digest */
    get: operations['readPlan'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/plans/{digest}/recompute': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Compute a plan again from its recorded inputs and say whether it is the same */
    post: operations['recompute'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/type-table': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the type table */
    get: operations['readTypeTable'];
    /** Replace the type table by a new version */
    put: operations['replaceTypeTable'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/type-table/versions/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a version of the type table */
    get: operations['readTypeTableVersion'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/price-book': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the price book */
    get: operations['readPriceBook'];
    /** Replace the price book by a new version */
    put: operations['replacePriceBook'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/price-book/versions/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a version of the price book */
    get: operations['readPriceBookVersion'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/drift/scans': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Compare the world with what was applied to a deployment */
    post: operations['requestScan'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/drift/reports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List drift reports, newest first */
    get: operations['listDriftReports'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/drift/reports/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a drift report */
    get: operations['readDriftReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/drift/reports/{id}/remediate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Request a run that puts right what a report found */
    post: operations['remediateDrift'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/drift-breakers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the breakers of providers */
    get: operations['listDriftBreakers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/drift-breakers/{provider}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the breaker of a provider */
    get: operations['readDriftBreaker'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/drift-breakers/{provider}/close': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Close the breaker of a provider, having looked at it */
    post: operations['closeDriftBreaker'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/drift-policy': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the drift policy */
    get: operations['readDriftPolicy'];
    /** Replace the drift policy by a new version */
    put: operations['replaceDriftPolicy'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/drift-policy/versions/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a version of the drift policy */
    get: operations['readDriftPolicyVersion'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/drift-ignores': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read which drift of a deployment is ignored */
    get: operations['readDriftIgnores'];
    put?: never;
    /** Ignore drift of a deployment, for a reason and a time */
    post: operations['ignoreDrift'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/drift-ignores/{ruleId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Ignore drift of a deployment by a rule no longer */
    delete: operations['removeDriftIgnore'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deployments/{id}/drift-schedule': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the schedule by which a deployment is scanned */
    get: operations['readDriftSchedule'];
    /** Scan a deployment by a schedule, in place of what there was */
    put: operations['setDriftSchedule'];
    post?: never;
    /** Scan a deployment by no schedule any more */
    delete: operations['removeDriftSchedule'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhooks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List webhooks, without their secrets */
    get: operations['listWebhooks'];
    put?: never;
    /** Create a webhook; its secret is shown this once */
    post: operations['createWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhooks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a webhook, without its secret */
    get: operations['readWebhook'];
    put?: never;
    post?: never;
    /** Remove a webhook: what comes to its address is refused from now on */
    delete: operations['removeWebhook'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhooks/{id}/rotate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give a webhook a new secret, and let the old one be good for a while */
    post: operations['rotateWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the deliveries to the webhooks of the tenant, newest first */
    get: operations['listDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deliveries/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a delivery: what it said, and what was made of it */
    get: operations['readDelivery'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Watch the public events of the tenant as server-sent events, from now on or from where one was cut off */
    get: operations['watchEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/run-states': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the states of a run and what leads from one to another */
    get: operations['readRunStates'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    AppliedResource: {
      address: string;
      type: string;
      properties: components['schemas']['JsonRecord'];
      dependsOn: string[];
      tags?: {
        [key: string]: string;
      };
      lifecycle?: components['schemas']['ResourceLifecycle'];
      outputs: components['schemas']['JsonRecord'];
      expected: components['schemas']['JsonRecord'];
    };
    AppliedUnit: {
      unitId: string;
      engine: string;
      provider: string;
      region?: string;
      credential?: string;
      plugin?: {
        source: string;
        version: string;
      };
      resources: components['schemas']['AppliedResource'][];
      dependsOn: string[];
      runId: string;
    };
    ApprovalResource: {
      runId: string;
      planDigest: components['schemas']['Digest'];
      /** @enum {string} */
      state: 'pending' | 'approved' | 'rejected' | 'superseded';
      requestedAt?: string;
      decidedAt?: string;
      decidedBy?: string;
      reason?: string;
    };
    ApprovalsAnswer: {
      items: components['schemas']['ApprovalResource'][];
      nextCursor?: string;
    };
    ApproveRequest: {
      planDigest: components['schemas']['DigestInput'];
    };
    ArtifactRef: {
      id: string;
      digest: components['schemas']['Digest'];
    };
    AttemptResource: {
      id: string;
      taskId: string;
      runId: string;
      unitId: string;
      /** @enum {string} */
      phase: 'apply' | 'rollback';
      cycle: number;
      attempt: number;
      /** @enum {string} */
      state: 'running' | 'waiting' | 'unknown' | 'succeeded' | 'resolved' | 'failed' | 'timed_out';
      startedAt: string;
      finishedAt?: string;
      failure?: components['schemas']['Failure'];
      outputs?: components['schemas']['JsonRecord'];
      evidence?: components['schemas']['JsonRecord'];
      links: components['schemas']['Links'];
    };
    AttemptsAnswer: {
      items: components['schemas']['AttemptResource'][];
      nextCursor?: string;
    };
    AttributeChange: {
      path: string;
      before?: components['schemas']['JsonValue'];
      after?: components['schemas']['JsonValue'];
      /** @default false */
      sensitive: boolean;
      /** @default false */
      unknown: boolean;
    };
    AttributePattern: string;
    AttributePatternInput: string;
    BreakerResource: {
      provider: string;
      /** @enum {string} */
      status: 'closed' | 'open';
      since?: string;
      reason?: string;
      closedBy?: string;
      looks: {
        scanId: string;
        deploymentId: string;
        verdict: string;
        at: string;
      }[];
    };
    BreakerRules: {
      /** @default 3 */
      wrongDeployments: number;
      /** @default 60 */
      windowMinutes: number;
      /** @default 50 */
      massDriftPercent: number;
      /** @default 3 */
      healthyDeployments: number;
    };
    BreakerRulesInput: {
      /** @default 3 */
      wrongDeployments?: number;
      /** @default 60 */
      windowMinutes?: number;
      /** @default 50 */
      massDriftPercent?: number;
      /** @default 3 */
      healthyDeployments?: number;
    };
    CallbackAddress: {
      path: string;
      expiresAt: string;
    };
    /** @enum {string} */
    ChangeAction: 'create' | 'update' | 'replace' | 'delete' | 'none';
    Check:
      | components['schemas']['HttpCheck']
      | components['schemas']['TcpCheck']
      | components['schemas']['CommandCheck']
      | components['schemas']['OutputCheck']
      | components['schemas']['ObservedCheck'];
    CheckInput:
      | components['schemas']['HttpCheckInput']
      | components['schemas']['TcpCheckInput']
      | components['schemas']['CommandCheckInput']
      | components['schemas']['OutputCheckInput']
      | components['schemas']['ObservedCheckInput'];
    CloseBreakerRequest: {
      reason: string;
    };
    CommandAnswer: {
      deployment: components['schemas']['DeploymentSummary'];
      run?: components['schemas']['RunResource'];
      stream: string;
      version: number;
    };
    CommandCheck: {
      /** @constant */
      kind: 'command';
      command: string;
      /** @default [] */
      args: string[];
      /** @default 0 */
      expectExitCode: number;
      /** @default 30000 */
      withinMs: number;
      /** @default 1000 */
      everyMs: number;
      /** @default 1000 */
      triesMax: number;
    };
    CommandCheckInput: {
      /** @constant */
      kind: 'command';
      command: string;
      /** @default [] */
      args?: string[];
      /** @default 0 */
      expectExitCode?: number;
      /** @default 30000 */
      withinMs?: number;
      /** @default 1000 */
      everyMs?: number;
      /** @default 1000 */
      triesMax?: number;
    };
    ConfigureRequest: {
      resources: {
        [key: string]: {
          properties?: components['schemas']['JsonRecordInput'];
          tags?: {
            [key: string]: string | null;
          };
        };
      };
      reason?: string;
    };
    CredentialRequest: {
      values: {
        [key: string]: string;
      };
    };
    CredentialResource: {
      name: string;
      version: number;
      variables: string[];
      keyId: string;
      changedAt: string;
    };
    CredentialsRewrapped: {
      rewrapped: number;
    };
    DeliveryResource: {
      /** Format: uuid */
      id: string;
      hookId: string;
      deliveryId: string;
      event: string;
      /** @enum {string} */
      outcome: 'accepted' | 'ignored';
      reason?: string;
      repository?: string;
      branch?: string;
      commit?: string;
      sender?: string;
      receivedAt: string;
      correlationId: string;
    };
    DeployedResource: {
      address: string;
      type: string;
      properties: components['schemas']['JsonRecord'];
      dependsOn: string[];
      tags?: {
        [key: string]: string;
      };
      lifecycle?: components['schemas']['ResourceLifecycle'];
      outputs: components['schemas']['JsonRecord'];
      expected: components['schemas']['JsonRecord'];
      unitId: string;
      engine: string;
      provider: string;
      region?: string;
      runId: string;
    };
    DeploymentResource: {
      id: string;
      name: string;
      environment: string;
      /** @enum {string} */
      status:
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
      revision: number;
      currentRevision?: number;
      currentRun: string;
      outputs: components['schemas']['JsonRecord'];
      resources: {
        address: string;
        type: string;
        engine: string;
        unitId: string;
      }[];
      triggers: components['schemas']['PushTrigger'][];
      createdAt: string;
      updatedAt: string;
      links: components['schemas']['Links'];
      desired: components['schemas']['DesiredState'];
    };
    DeploymentScanRequest: {
      /** @default false */
      autoRemediate?: boolean;
    };
    DeploymentSummary: {
      id: string;
      name: string;
      environment: string;
      /** @enum {string} */
      status:
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
      revision: number;
      currentRevision?: number;
      currentRun: string;
      outputs: components['schemas']['JsonRecord'];
      resources: {
        address: string;
        type: string;
        engine: string;
        unitId: string;
      }[];
      triggers: components['schemas']['PushTrigger'][];
      createdAt: string;
      updatedAt: string;
      links: components['schemas']['Links'];
    };
    DesiredState: {
      name: components['schemas']['ResourceName'];
      /**
       * @default development
       * @enum {string}
       */
      environment: 'development' | 'staging' | 'production';
      /**
       * @default rolling
       * @enum {string}
       */
      strategy: 'rolling' | 'blue_green' | 'canary' | 'recreate';
      /** @default true */
      autoPlan: boolean;
      /** @default false */
      autoApprove: boolean;
      /** @default true */
      autoExecute: boolean;
      /**
       * @default rollback
       * @enum {string}
       */
      onFailure: 'rollback' | 'keep' | 'pause';
      /** @default normal */
      priority: components['schemas']['Priority'];
      schedule?: components['schemas']['Schedule'];
      resources: components['schemas']['ResourceSpec'][];
      /** @default {} */
      outputs: {
        [key: string]: string;
      };
      /** @default [] */
      triggers: components['schemas']['PushTrigger'][];
    };
    DesiredStateRequest: {
      name: components['schemas']['ResourceNameInput'];
      /**
       * @default development
       * @enum {string}
       */
      environment?: 'development' | 'staging' | 'production';
      /**
       * @default rolling
       * @enum {string}
       */
      strategy?: 'rolling' | 'blue_green' | 'canary' | 'recreate';
      /** @default true */
      autoPlan?: boolean;
      /** @default false */
      autoApprove?: boolean;
      /** @default true */
      autoExecute?: boolean;
      /**
       * @default rollback
       * @enum {string}
       */
      onFailure?: 'rollback' | 'keep' | 'pause';
      /** @default normal */
      priority?: components['schemas']['PriorityInput'];
      schedule?: components['schemas']['ScheduleInput'];
      /** @default [] */
      resources?: components['schemas']['ResourceSpecInput'][];
      /** @default {} */
      outputs?: {
        [key: string]: string;
      };
      /** @default [] */
      triggers?: components['schemas']['PushTriggerInput'][];
      /** @default [] */
      providers?: components['schemas']['ResourceNameInput'][];
      /** @default [] */
      regions?: string[];
    };
    Diagnostic: {
      /** @enum {string} */
      severity: 'error' | 'warning';
      summary: string;
      detail?: string;
      address?: string;
    };
    Digest: string;
    DigestInput: string;
    DriftHistoryResource: {
      deploymentId: string;
      latest?: string;
      reports: number;
      attributes: {
        unitId: string;
        resource: string;
        address: string;
        path: string;
        sights: {
          at: string;
          scanId: string;
          /** @enum {string} */
          seen: 'drifted' | 'as_applied';
          expected?: components['schemas']['JsonValue'];
          actual?: components['schemas']['JsonValue'];
          /** @enum {string} */
          cause?: 'outside_change' | 'own_partial_failure' | 'normalised_value';
          by?: {
            runId: string;
            /** @enum {string} */
            mode?: 'revert' | 'adopt';
          };
        }[];
      }[];
    };
    DriftIgnoreRequest: {
      resource?: string;
      path: components['schemas']['AttributePatternInput'];
      reason: string;
      /** Format: date-time */
      expiresAt?: string;
    };
    DriftIgnoresResource: {
      deploymentId: string;
      rules: {
        id: string;
        resource?: string;
        path: string;
        reason: string;
        expiresAt?: string;
        addedBy: string;
        addedAt: string;
      }[];
    };
    DriftItem: {
      unitId: string;
      resource: string;
      address: string;
      /** @enum {string} */
      type: 'property_changed' | 'resource_added' | 'resource_removed' | 'state_mismatch' | 'tag_mismatch';
      /** @enum {string} */
      severity: 'low' | 'medium' | 'high' | 'critical';
      path: string;
      expected?: components['schemas']['JsonValue'];
      actual?: components['schemas']['JsonValue'];
      /** @enum {string} */
      cause?: 'outside_change' | 'own_partial_failure' | 'normalised_value';
    };
    DriftPolicy: {
      severities: components['schemas']['SeverityTable'];
      breaker: components['schemas']['BreakerRules'];
      remediation: components['schemas']['RemediationRules'];
      ignore: {
        /** @default false */
        expiryRequired: boolean;
      };
    };
    DriftPolicyInput: {
      severities: components['schemas']['SeverityTableInput'];
      /** @default {} */
      breaker?: components['schemas']['BreakerRulesInput'];
      /** @default {} */
      remediation?: components['schemas']['RemediationRulesInput'];
      /** @default {} */
      ignore?: {
        /** @default false */
        expiryRequired?: boolean;
      };
    };
    DriftPolicyResource: {
      version: number;
      digest: components['schemas']['Digest'];
      content: components['schemas']['DriftPolicy'];
      replacedAt?: string;
      replacedBy?: string;
    };
    DriftReportResource: {
      id: string;
      deploymentId: string;
      status: string;
      /** @enum {string} */
      scanType?: 'scheduled' | 'manual';
      items: components['schemas']['DriftItem'][];
      ignoredCount?: number;
      ignored?: {
        unitId: string;
        resource: string;
        address: string;
        /** @enum {string} */
        type: 'property_changed' | 'resource_added' | 'resource_removed' | 'state_mismatch' | 'tag_mismatch';
        /** @enum {string} */
        severity: 'low' | 'medium' | 'high' | 'critical';
        path: string;
        expected?: components['schemas']['JsonValue'];
        actual?: components['schemas']['JsonValue'];
        /** @enum {string} */
        cause?: 'outside_change' | 'own_partial_failure' | 'normalised_value';
        rule: string;
      }[];
      verifies?: {
        scanId: string;
        runId: string;
      };
      suggestions?: {
        resource: string;
        path: string;
        reason: string;
      }[];
      remediation?: {
        outcome: string;
        at: string;
        /** @enum {string} */
        mode?: 'revert' | 'adopt';
        runId?: string;
        reason?: string;
        verifiedBy?: string;
      } & {
        [key: string]: unknown;
      };
      /** @enum {string} */
      maxSeverity?: 'low' | 'medium' | 'high' | 'critical';
      unreadable: {
        unitId: string;
        reason: string;
      }[];
    } & {
      [key: string]: unknown;
    };
    DriftScheduleRequest: {
      cron: string;
      /** @default UTC */
      timeZone?: string;
      /** @default false */
      autoRemediate?: boolean;
      spreadMinutes?: number;
    };
    DriftScheduleResource: {
      deploymentId: string;
      cron: string;
      timeZone: string;
      autoRemediate: boolean;
      spreadMinutes?: number;
      setAt: string;
      nextAt?: string;
    };
    EmptyRequest: Record<string, never>;
    Failure: {
      code: string;
      message: string;
      taskId?: string;
      /** @default [] */
      diagnostics: components['schemas']['Diagnostic'][];
    };
    HistoryAnswer: {
      items: components['schemas']['HistoryEntry'][];
      nextCursor?: string;
      complete: boolean;
    };
    HistoryEntry: {
      id: string;
      type: string;
      source: string;
      subject: string;
      sequence: number;
      time: string;
      actor: string;
      correlationId: string;
      causationId: string;
      data: components['schemas']['JsonRecord'];
    };
    HttpCheck: {
      /** @constant */
      kind: 'http';
      url: string;
      /** @default 200 */
      expectStatus: number;
      /** @default 30000 */
      withinMs: number;
      /** @default 1000 */
      everyMs: number;
      /** @default 1000 */
      triesMax: number;
    };
    HttpCheckInput: {
      /** @constant */
      kind: 'http';
      url: string;
      /** @default 200 */
      expectStatus?: number;
      /** @default 30000 */
      withinMs?: number;
      /** @default 1000 */
      everyMs?: number;
      /** @default 1000 */
      triesMax?: number;
    };
    InvitationAnswer: {
      id: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'deployer' | 'viewer';
      expiresAt: string;
      invitation: string;
    };
    InvitationResource: {
      id: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'deployer' | 'viewer';
      expiresAt: string;
      invitedBy?: string;
    };
    InvitationsAnswer: {
      items: components['schemas']['InvitationResource'][];
      nextCursor?: string;
    };
    InviteRequest: {
      /** @enum {string} */
      role: 'admin' | 'operator' | 'deployer' | 'viewer';
    };
    JsonRecord: {
      [key: string]: components['schemas']['JsonValue'];
    };
    JsonRecordInput: {
      [key: string]: components['schemas']['JsonValueInput'];
    };
    JsonValue: unknown;
    JsonValueInput: unknown;
    KeyAnswer: {
      id: string;
      name: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'deployer' | 'viewer';
      /** @enum {string} */
      status: 'active' | 'revoked';
      expiresAt?: string;
      key: string;
    };
    KeyRequest: {
      name: string;
      /** @enum {string} */
      scope: 'read' | 'write' | 'admin' | 'operator' | 'deployer' | 'viewer';
      expiresInDays?: number;
    };
    KeyResource: {
      id: string;
      name: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'deployer' | 'viewer';
      /** @enum {string} */
      status: 'active' | 'revoked';
      expiresAt?: string;
    };
    KeyRotationRequest: {
      /** @default 24 */
      overlapHours?: number;
    };
    KeySet: {
      keys: {
        /** @constant */
        kty: 'RSA';
        kid: string;
        alg: string;
        /** @constant */
        use: 'sig';
        n: string;
        e: string;
      }[];
    };
    Links: {
      [key: string]: string;
    };
    LogAnswer: {
      lines: string[];
      offset: number;
      nextOffset: number;
      complete: boolean;
    };
    LoginRequest: {
      username: string;
      password: string;
      /** @default default */
      tenant?: string;
    };
    MemberChangeRequest: {
      /** @enum {string} */
      role: 'admin' | 'operator' | 'deployer' | 'viewer';
    };
    MemberResource: {
      id: string;
      username: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'deployer' | 'viewer';
    };
    ObservedCheck: {
      /** @constant */
      kind: 'observed';
      /** @default 30000 */
      withinMs: number;
      /** @default 1000 */
      everyMs: number;
      /** @default 1000 */
      triesMax: number;
    };
    ObservedCheckInput: {
      /** @constant */
      kind: 'observed';
      /** @default 30000 */
      withinMs?: number;
      /** @default 1000 */
      everyMs?: number;
      /** @default 1000 */
      triesMax?: number;
    };
    OutputCheck: {
      /** @constant */
      kind: 'output';
      value: string;
      /**
       * @default present
       * @enum {string}
       */
      test: 'equals' | 'differs' | 'contains' | 'at_least' | 'at_most' | 'present';
      /** @default null */
      expected: components['schemas']['JsonValue'];
    };
    OutputCheckInput: {
      /** @constant */
      kind: 'output';
      value: string;
      /**
       * @default present
       * @enum {string}
       */
      test?: 'equals' | 'differs' | 'contains' | 'at_least' | 'at_most' | 'present';
      /** @default null */
      expected?: components['schemas']['JsonValueInput'];
    };
    OutputsAnswer: {
      outputs: components['schemas']['JsonRecord'];
    };
    PasswordChangeRequest: {
      currentPassword: string;
      newPassword: components['schemas']['PasswordInput'];
    };
    PasswordInput: string;
    Plan: {
      digest: components['schemas']['Digest'];
      runId: string;
      deploymentId: string;
      kind: string;
      strategy?: string;
      gates?: {
        unitId: string;
        after: string[];
        before: string[];
        url?: string;
      }[];
      units: components['schemas']['PlanUnit'][];
      edges: [string, string][];
      waves: string[][];
      changes: components['schemas']['PlannedChange'][];
      cost: {
        currency: string;
        before: number;
        after: number;
        delta: number;
        perUnit: {
          unitId: string;
          amount: number;
        }[];
      };
      duration: {
        sumMs: number;
        criticalPathMs: number;
      };
      risk: {
        /** @enum {string} */
        level: 'low' | 'medium' | 'high';
        score: number;
        reasons: string[];
      };
      policy: {
        rule: string;
        /** @enum {string} */
        outcome: 'allow' | 'deny' | 'warn';
        message: string;
      }[];
      reasoning?: string;
      irreversible: {
        unitId: string;
        resource: string;
        reason: string;
      }[];
      inputs: {
        [key: string]: string;
      };
      outputs: {
        [key: string]: string;
      };
    };
    PlanRecomputation: {
      digest: components['schemas']['Digest'];
      recomputed: components['schemas']['Digest'] | '';
      same: boolean;
      differences: {
        pointer: string;
        recorded?: components['schemas']['JsonValue'];
        recomputed?: components['schemas']['JsonValue'];
      }[];
    };
    PlanResource: {
      address: string;
      type: string;
      properties: components['schemas']['JsonRecord'];
      dependsOn: string[];
      tags?: {
        [key: string]: string;
      };
      lifecycle?: components['schemas']['ResourceLifecycle'];
      action: components['schemas']['ChangeAction'];
      /** @default [] */
      checks: components['schemas']['JsonRecord'][];
      estimatedMs: number;
      costPerMonth: number;
    };
    PlanUnit: {
      unitId: string;
      engine: string;
      provider: string;
      region?: string;
      credential?: string;
      plugin?: {
        source: string;
        version: string;
      };
      action: components['schemas']['ChangeAction'];
      resources: components['schemas']['PlanResource'][];
      dependsOn: string[];
      previous?: components['schemas']['AppliedUnit'];
      artifact?: components['schemas']['ArtifactRef'];
      dryRunUnavailable?: string;
      estimatedMs: number;
      costPerMonth: number;
    };
    PlannedChange: {
      unitId: string;
      resource: string;
      address: string;
      action: components['schemas']['ChangeAction'];
      attributes: components['schemas']['AttributeChange'][];
    };
    PriceBook: {
      currency: string;
      types: {
        [key: string]: number;
      };
      otherwise: number;
      providers: {
        type: string;
        provider: string;
        costPerMonth: number;
      }[];
      engineTypes: {
        engine: string;
        type: string;
        costPerMonth: number;
      }[];
    };
    PriceBookInput: {
      currency: string;
      types: {
        [key: string]: number;
      };
      otherwise: number;
      providers: {
        type: string;
        provider: string;
        costPerMonth: number;
      }[];
      engineTypes: {
        engine: string;
        type: string;
        costPerMonth: number;
      }[];
    };
    PriceBookResource: {
      version: number;
      digest: components['schemas']['Digest'];
      replacedAt?: string;
      replacedBy?: string;
      content: components['schemas']['PriceBook'];
    };
    PrincipalView: {
      principalId: string;
      tenantId: string;
      username: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'deployer' | 'viewer';
      permissions: (
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
    Priority: 'low' | 'normal' | 'high' | 'urgent';
    /** @enum {string} */
    PriorityInput: 'low' | 'normal' | 'high' | 'urgent';
    Problem: {
      type: string;
      title: string;
      status: number;
      code: string;
      detail: string;
      instance: string;
      requestId: string;
      traceId: string;
      errors?: components['schemas']['ProblemDetail'][];
    } & {
      [key: string]: unknown;
    };
    ProblemDetail: {
      pointer: string;
      detail: string;
    };
    PushTrigger: {
      /** @constant */
      kind: 'push';
      repository: string;
      /** @default main */
      branch: string;
    };
    PushTriggerInput: {
      /** @constant */
      kind: 'push';
      repository: string;
      /** @default main */
      branch?: string;
    };
    QuotaRequest: {
      /** @description null: no limit. */
      deployments: number | null;
      /** @description null: no limit. */
      'active-runs': number | null;
      /** @description null: no limit. Absent: as before. */
      'tasks-in-flight'?: number | null;
      /** @description null: no limit. Absent: as before. */
      'monthly-cost'?: number | null;
    };
    QuotaResource: {
      deployments: {
        used: number;
        /** @description Absent: there is none. */
        limit?: number;
      };
      'active-runs': {
        used: number;
        /** @description Absent: there is none. */
        limit?: number;
      };
      'tasks-in-flight': {
        used: number;
        /** @description Absent: there is none. */
        limit?: number;
      };
      'monthly-cost': {
        used: number;
        /** @description Absent: there is none. */
        limit?: number;
      };
    };
    ReasonRequest: {
      reason?: string;
    };
    RefreshRequest: {
      refresh_token: string;
    };
    RegisterRequest: {
      username: components['schemas']['UsernameInput'];
      password: components['schemas']['PasswordInput'];
      /** @default default */
      tenant?: string;
      bootstrapToken?: string;
      invitation?: string;
    };
    RemediateRequest: {
      /** @enum {string} */
      mode: 'revert' | 'adopt';
    };
    RemediationRules: {
      /**
       * @default low
       * @enum {string}
       */
      severityMin: 'low' | 'medium' | 'high' | 'critical';
      /** @default 20 */
      perHourMax: number;
      /** @default 60 */
      settleSeconds: number;
    };
    RemediationRulesInput: {
      /**
       * @default low
       * @enum {string}
       */
      severityMin?: 'low' | 'medium' | 'high' | 'critical';
      /** @default 20 */
      perHourMax?: number;
      /** @default 60 */
      settleSeconds?: number;
    };
    ResolveTaskRequest: {
      /** @enum {string} */
      outcome: 'done' | 'not_done';
      evidence: string;
    };
    ResourceEffect: {
      address: string;
      unitId: string;
      action: components['schemas']['ChangeAction'];
      partly?: boolean;
    };
    ResourceLifecycle: {
      preventDestroy: boolean;
      createBeforeDestroy: boolean;
      ignoreChanges: string[];
    };
    ResourceName: string;
    ResourceNameInput: string;
    ResourceSpec: {
      name: components['schemas']['ResourceName'];
      engine?: string;
      type: string;
      provider?: string;
      region?: string;
      credential?: string;
      /** @default {} */
      properties: components['schemas']['JsonRecord'];
      /** @default [] */
      dependsOn: components['schemas']['ResourceName'][];
      count?: number;
      scaling?: {
        /** @default 1 */
        min: number;
        /** @default 100 */
        max: number;
      };
      /** @default {} */
      tags: {
        [key: string]: string;
      };
      /** @default [] */
      checks: components['schemas']['Check'][];
      lifecycle?: {
        /** @default false */
        preventDestroy: boolean;
        /** @default false */
        createBeforeDestroy: boolean;
        /** @default [] */
        ignoreChanges: string[];
      };
    };
    ResourceSpecInput: {
      name: components['schemas']['ResourceNameInput'];
      engine?: string;
      type: string;
      provider?: string;
      region?: string;
      credential?: string;
      /** @default {} */
      properties?: components['schemas']['JsonRecordInput'];
      /** @default [] */
      dependsOn?: components['schemas']['ResourceNameInput'][];
      count?: number;
      scaling?: {
        /** @default 1 */
        min?: number;
        /** @default 100 */
        max?: number;
      };
      /** @default {} */
      tags?: {
        [key: string]: string;
      };
      /** @default [] */
      checks?: components['schemas']['CheckInput'][];
      lifecycle?: {
        /** @default false */
        preventDestroy?: boolean;
        /** @default false */
        createBeforeDestroy?: boolean;
        /** @default [] */
        ignoreChanges?: string[];
      };
    };
    ResourcesAnswer: {
      items: components['schemas']['DeployedResource'][];
      nextCursor?: string;
    };
    RevisionResource: {
      deploymentId: string;
      revision: number;
      digest: string;
      desired: components['schemas']['DesiredState'];
      createdAt: string;
      completedAt?: string;
    };
    RiskRules: {
      points: {
        production: number;
        severalProviders: number;
        manySteps: number;
        losesData: number;
        irreversible: number;
      };
      stepsMax: number;
      mediumFrom: number;
      highFrom: number;
    };
    RiskRulesInput: {
      points: {
        production: number;
        severalProviders: number;
        manySteps: number;
        losesData: number;
        irreversible: number;
      };
      stepsMax: number;
      mediumFrom: number;
      highFrom: number;
    };
    RollbackRequest: {
      toRevision?: number;
      reason?: string;
    };
    RunEffects: {
      done: components['schemas']['ResourceEffect'][];
      notDone: components['schemas']['ResourceEffect'][];
      unknown: components['schemas']['ResourceEffect'][];
    };
    RunResource: {
      id: string;
      deploymentId: string;
      /** @enum {string} */
      kind: 'create' | 'update' | 'scale' | 'configure' | 'rollback' | 'remediate' | 'destroy';
      /** @enum {string} */
      state:
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
      revision: number;
      reason: string;
      round: number;
      planDigest?: components['schemas']['Digest'];
      progress: number;
      failure?: components['schemas']['Failure'];
      /** @constant */
      paused?: true;
      startsAt?: string;
      effects?: components['schemas']['RunEffects'];
      requestedAt: string;
      requestedBy: string;
      correlationId: string;
      startedAt?: string;
      finishedAt?: string;
      allowed: ('plan' | 'approve' | 'reject' | 'execute' | 'cancel' | 'rollback' | 'retry')[];
      links: components['schemas']['Links'];
    };
    RunStates: {
      states: (
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
      final: (
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
      settled: (
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
      commands: ('plan' | 'approve' | 'reject' | 'execute' | 'cancel' | 'rollback' | 'retry')[];
      transitions: {
        /** @enum {string} */
        from:
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
        to:
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
        command?: 'plan' | 'approve' | 'reject' | 'execute' | 'cancel' | 'rollback' | 'retry';
        when: string;
      }[];
    };
    ScaleRequest: {
      resource: components['schemas']['ResourceNameInput'];
      count: number;
      reason?: string;
    };
    ScanAnswer: {
      scan: {
        id: string;
        deploymentId: string;
        links: components['schemas']['Links'];
      };
      stream: string;
      version: number;
    };
    ScanRequest: {
      /** Format: uuid */
      deploymentId: string;
      /** @default false */
      autoRemediate?: boolean;
    };
    Schedule: {
      /** Format: date-time */
      notBefore?: string;
      /** @default [] */
      allow: {
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
        days: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
        from: string;
        to: string;
      }[];
      /** @default [] */
      deny: {
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
        days: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
        from: string;
        to: string;
      }[];
      /** @default [] */
      freezes: {
        /** Format: date-time */
        from: string;
        /** Format: date-time */
        to: string;
      }[];
    };
    ScheduleInput: {
      /** Format: date-time */
      notBefore?: string;
      /** @default [] */
      allow?: {
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
        days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
        from: string;
        to: string;
      }[];
      /** @default [] */
      deny?: {
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
        days?: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
        from: string;
        to: string;
      }[];
      /** @default [] */
      freezes?: {
        /** Format: date-time */
        from: string;
        /** Format: date-time */
        to: string;
      }[];
    };
    SeverityTable: {
      types: {
        property_changed: {
          /** @enum {string} */
          severity: 'low' | 'medium' | 'high' | 'critical';
          why: string;
        };
        resource_added: {
          /** @enum {string} */
          severity: 'low' | 'medium' | 'high' | 'critical';
          why: string;
        };
        resource_removed: {
          /** @enum {string} */
          severity: 'low' | 'medium' | 'high' | 'critical';
          why: string;
        };
        state_mismatch: {
          /** @enum {string} */
          severity: 'low' | 'medium' | 'high' | 'critical';
          why: string;
        };
        tag_mismatch: {
          /** @enum {string} */
          severity: 'low' | 'medium' | 'high' | 'critical';
          why: string;
        };
      };
      /** @default [] */
      rules: {
        /** @enum {string} */
        driftType?: 'property_changed' | 'resource_added' | 'resource_removed' | 'state_mismatch' | 'tag_mismatch';
        resourceType?: string;
        path?: components['schemas']['AttributePattern'];
        /** @enum {string} */
        severity: 'low' | 'medium' | 'high' | 'critical';
        why: string;
      }[];
    };
    SeverityTableInput: {
      types: {
        property_changed: {
          /** @enum {string} */
          severity: 'low' | 'medium' | 'high' | 'critical';
          why: string;
        };
        resource_added: {
          /** @enum {string} */
          severity: 'low' | 'medium' | 'high' | 'critical';
          why: string;
        };
        resource_removed: {
          /** @enum {string} */
          severity: 'low' | 'medium' | 'high' | 'critical';
          why: string;
        };
        state_mismatch: {
          /** @enum {string} */
          severity: 'low' | 'medium' | 'high' | 'critical';
          why: string;
        };
        tag_mismatch: {
          /** @enum {string} */
          severity: 'low' | 'medium' | 'high' | 'critical';
          why: string;
        };
      };
      /** @default [] */
      rules?: {
        /** @enum {string} */
        driftType?: 'property_changed' | 'resource_added' | 'resource_removed' | 'state_mismatch' | 'tag_mismatch';
        resourceType?: string;
        path?: components['schemas']['AttributePatternInput'];
        /** @enum {string} */
        severity: 'low' | 'medium' | 'high' | 'critical';
        why: string;
      }[];
    };
    TaskResource: {
      id: string;
      unitId: string;
      resources: {
        address: string;
        type: string;
        action: components['schemas']['ChangeAction'];
      }[];
      /** @enum {string} */
      state:
        'pending' | 'queued' | 'acquired' | 'running' | 'succeeded' | 'failed' | 'timed_out' | 'retrying' | 'cancelled';
      attempt: number;
      waiting?: {
        reason: string;
        since: string;
        until: string;
        callback: boolean;
      } & {
        [key: string]: unknown;
      };
    } & {
      [key: string]: unknown;
    };
    TcpCheck: {
      /** @constant */
      kind: 'tcp';
      host: string;
      port: number | string;
      /** @default 30000 */
      withinMs: number;
      /** @default 1000 */
      everyMs: number;
      /** @default 1000 */
      triesMax: number;
    };
    TcpCheckInput: {
      /** @constant */
      kind: 'tcp';
      host: string;
      port: number | string;
      /** @default 30000 */
      withinMs?: number;
      /** @default 1000 */
      everyMs?: number;
      /** @default 1000 */
      triesMax?: number;
    };
    TenantResource: {
      id: string;
      name: string;
      members: number;
      links: components['schemas']['Links'];
    };
    TenantsAnswer: {
      items: components['schemas']['TenantResource'][];
    };
    TokenAnswer: {
      access_token: string;
      refresh_token: string;
      /** @constant */
      token_type: 'Bearer';
      expires_in: number;
      refresh_expires_in: number;
    };
    TypeMapping: {
      type: string;
      provider: string;
      engine: string;
      engineType: string;
      source?: string;
      version?: string;
    };
    TypeMappingInput: {
      type: string;
      provider: string;
      engine: string;
      engineType: string;
      source?: string;
      version?: string;
    };
    TypeTable: {
      types: {
        [key: string]: {
          priority: number;
          durationMs: number;
          irreversible?: string;
          /** @default false */
          holdsData: boolean;
          after?: string[];
        };
      };
      otherwise: {
        priority: number;
        durationMs: number;
      };
      mappings: components['schemas']['TypeMapping'][];
      engineTypes: {
        engine: string;
        type: string;
        priority: number;
        durationMs: number;
        irreversible?: string;
        /** @default false */
        holdsData: boolean;
      }[];
      defaults: {
        provider: string;
        region?: string;
        resources: {
          name: components['schemas']['ResourceName'];
          type: string;
          /** @default {} */
          properties: components['schemas']['JsonRecord'];
          /** @default [] */
          dependsOn: components['schemas']['ResourceName'][];
        }[];
      }[];
      risk: components['schemas']['RiskRules'];
    };
    TypeTableInput: {
      types: {
        [key: string]: {
          priority: number;
          durationMs: number;
          irreversible?: string;
          /** @default false */
          holdsData?: boolean;
          after?: string[];
        };
      };
      otherwise: {
        priority: number;
        durationMs: number;
      };
      mappings: components['schemas']['TypeMappingInput'][];
      engineTypes: {
        engine: string;
        type: string;
        priority: number;
        durationMs: number;
        irreversible?: string;
        /** @default false */
        holdsData?: boolean;
      }[];
      defaults: {
        provider: string;
        region?: string;
        resources: {
          name: components['schemas']['ResourceNameInput'];
          type: string;
          /** @default {} */
          properties?: components['schemas']['JsonRecordInput'];
          /** @default [] */
          dependsOn?: components['schemas']['ResourceNameInput'][];
        }[];
      }[];
      risk: components['schemas']['RiskRulesInput'];
    };
    TypeTableResource: {
      version: number;
      digest: components['schemas']['Digest'];
      replacedAt?: string;
      replacedBy?: string;
      content: components['schemas']['TypeTable'];
    };
    UsernameInput: string;
    WebhookAnswer: {
      id: string;
      name: string;
      /** @enum {string} */
      kind: 'github';
      path: string;
      generation: number;
      previousUntil?: string;
      secret: string;
    };
    WebhookRequest: {
      name: string;
      /** @enum {string} */
      kind: 'github';
    };
    WebhookResource: {
      id: string;
      name: string;
      /** @enum {string} */
      kind: 'github';
      path: string;
      generation: number;
      previousUntil?: string;
    };
    WebhookRotationRequest: {
      /** @default 24 */
      overlapHours?: number;
    };
    listAllRunsAnswer: {
      items: components['schemas']['RunResource'][];
      nextCursor?: string;
    };
    listCredentialsAnswer: {
      items: components['schemas']['CredentialResource'][];
      nextCursor?: string;
    };
    listDeliveriesAnswer: {
      items: components['schemas']['DeliveryResource'][];
      nextCursor?: string;
    };
    listDeploymentDriftAnswer: {
      items: components['schemas']['DriftReportResource'][];
      nextCursor?: string;
    };
    listDeploymentsAnswer: {
      items: components['schemas']['DeploymentSummary'][];
      nextCursor?: string;
    };
    listDriftBreakersAnswer: {
      items: components['schemas']['BreakerResource'][];
      nextCursor?: string;
    };
    listDriftReportsAnswer: {
      items: components['schemas']['DriftReportResource'][];
      nextCursor?: string;
    };
    listKeysAnswer: {
      items: components['schemas']['KeyResource'][];
      nextCursor?: string;
    };
    listMembersAnswer: {
      items: components['schemas']['MemberResource'][];
      nextCursor?: string;
    };
    listRevisionsAnswer: {
      items: components['schemas']['RevisionResource'][];
      nextCursor?: string;
    };
    listRunsAnswer: {
      items: components['schemas']['RunResource'][];
      nextCursor?: string;
    };
    listTasksAnswer: {
      items: components['schemas']['TaskResource'][];
      nextCursor?: string;
    };
    listWebhooksAnswer: {
      items: components['schemas']['WebhookResource'][];
      nextCursor?: string;
    };
    /** @description Server-sent events: `id` is the place to come back to, `data` a CloudEvent. */
    watchEventsAnswer: string;
  };
  responses: {
    /** @description The request does not have the right shape. */
    Problem400: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 400;
          /** @enum {unknown} */
          code?:
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
    Problem401: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 401;
          /** @enum {unknown} */
          code?: 'token-expired' | 'token-invalid' | 'token-missing' | 'token-revoked';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The role does not allow this. */
    Problem403: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 403;
          /** @enum {unknown} */
          code?: 'permission-denied';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The request did not arrive in time. */
    Problem408: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 408;
          /** @enum {unknown} */
          code?: 'request-timeout';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The body is too large. */
    Problem413: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 413;
          /** @enum {unknown} */
          code?: 'body-too-large';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The address is too long. */
    Problem414: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 414;
          /** @enum {unknown} */
          code?: 'url-too-long';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The body is not JSON. */
    Problem415: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 415;
          /** @enum {unknown} */
          code?: 'unsupported-media-type';
        } & components['schemas']['Problem'];
      };
    };
    /** @description Understood, and cannot be followed; the fields are named. */
    Problem422: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 422;
          /** @enum {unknown} */
          code?: 'idempotency-key-reused' | 'unprocessable-request';
        } & components['schemas']['Problem'];
      };
    };
    /** @description If-Match is missing. */
    Problem428: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 428;
          /** @enum {unknown} */
          code?: 'precondition-required';
        } & components['schemas']['Problem'];
      };
    };
    /** @description Too many requests; try again after Retry-After. */
    Problem429: {
      headers: {
        /** @description Seconds to wait. */
        'Retry-After'?: string;
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 429;
          /** @enum {unknown} */
          code?: 'rate-limited';
        } & components['schemas']['Problem'];
      };
    };
    /** @description The headers are too large. */
    Problem431: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 431;
          /** @enum {unknown} */
          code?: 'headers-too-large';
        } & components['schemas']['Problem'];
      };
    };
    /** @description A defect of Caisson. */
    Problem500: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 500;
          /** @enum {unknown} */
          code?: 'internal-error';
        } & components['schemas']['Problem'];
      };
    };
    /** @description Away for the moment; try again after Retry-After. */
    Problem503: {
      headers: {
        /** @description Seconds to wait. */
        'Retry-After'?: string;
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': {
          /** @constant */
          status?: 503;
          /** @enum {unknown} */
          code?: 'service-unavailable';
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
  register: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "username": "mia",
         *       "password": "correct horse battery",
         *       "tenant": "acme",
         *       "bootstrapToken": "as-the-server-printed-it"
         *     }
         */
        'application/json': components['schemas']['RegisterRequest'];
      };
    };
    responses: {
      /** @description Register: found a tenant with the bootstrap token, follow an invitation, or join as a viewer */
      201: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PrincipalView'];
        };
      };
      400: components['responses']['Problem400'];
      /** @description The role does not allow this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'bootstrap-token-invalid' | 'invitation-invalid' | 'registration-closed';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use' | 'members-exhausted' | 'tenant-exists' | 'username-taken';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  logIn: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "username": "mia",
         *       "password": "correct horse battery",
         *       "tenant": "acme"
         *     }
         */
        'application/json': components['schemas']['LoginRequest'];
      };
    };
    responses: {
      /** @description Exchange user name and password for the tokens of a new session */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TokenAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      /** @description No valid credential. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 401;
            /** @enum {unknown} */
            code?: 'credentials-invalid';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  refresh: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "refresh_token": "as-the-login-answered-it"
         *     }
         */
        'application/json': components['schemas']['RefreshRequest'];
      };
    };
    responses: {
      /** @description Exchange a refresh token for the next tokens of its session; a second time ends the session */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TokenAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      /** @description No valid credential. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 401;
            /** @enum {unknown} */
            code?: 'refresh-token-invalid';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  logOut: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description End the session */
      204: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      /** @description The role does not allow this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'session-required';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  changePassword: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "currentPassword": "correct horse battery",
         *       "newPassword": "staple of another kind"
         *     }
         */
        'application/json': components['schemas']['PasswordChangeRequest'];
      };
    };
    responses: {
      /** @description Change the password, and end all other sessions */
      204: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      /** @description The role does not allow this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'password-wrong' | 'session-required';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  me: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Say who the caller is */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PrincipalView'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readKeySet: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the public keys of access tokens; none while they are signed with a secret */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeySet'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listCredentials: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: name upwards, or -name downwards. */
        sort?: 'name' | '-name';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List credentials, without their values */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listCredentialsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  rewrapCredentials: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Put all credentials under the newest key of the installation */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialsRewrapped'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readCredential: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read what is told of a credential */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'credential-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  storeCredential: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "values": {
         *         "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
         *         "AWS_SECRET_ACCESS_KEY": "an-example-not-a-secret"
         *       }
         *     }
         */
        'application/json': components['schemas']['CredentialRequest'];
      };
    };
    responses: {
      /** @description Store the values of a credential, in place of what it had */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialResource'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'credential-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  removeCredential: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Remove a credential and destroy its values */
      204: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'credential-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listTenants: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the tenants that the credential is good for: one */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TenantsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'tenant-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readTenant: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the tenant of the caller */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TenantResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'tenant-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listInvitations: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; absent: all. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: expiresAt upwards, or -expiresAt downwards. */
        sort?: 'expiresAt' | '-expiresAt';
        role?: 'admin' | 'operator' | 'deployer' | 'viewer';
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the invitations that nobody has used yet, oldest first */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['InvitationsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  revokeInvitation: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Take back an invitation that nobody has used */
      204: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'invitation-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listMembers: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: id upwards, or -id downwards. */
        sort?: 'id' | '-id';
        role?: 'admin' | 'operator' | 'deployer' | 'viewer';
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the members of the tenant */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listMembersAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  inviteMember: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "role": "deployer"
         *     }
         */
        'application/json': components['schemas']['InviteRequest'];
      };
    };
    responses: {
      /** @description Invite somebody into the tenant; the invitation is shown this once */
      201: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['InvitationAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use' | 'idempotent-answer-not-kept' | 'invitations-exhausted' | 'secret-shown';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readMember: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a member of the tenant */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MemberResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'member-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  removeMember: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Leave the tenant, or show a member the door, which needs the permission user:manage */
      204: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'member-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use' | 'last-admin';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  changeMember: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "role": "operator"
         *     }
         */
        'application/json': components['schemas']['MemberChangeRequest'];
      };
    };
    responses: {
      /** @description Give a member another role */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MemberResource'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'member-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use' | 'last-admin';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listKeys: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: id upwards, or -id downwards. */
        sort?: 'id' | '-id';
        status?: 'active' | 'revoked';
        role?: 'admin' | 'operator' | 'deployer' | 'viewer';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List API keys, revoked ones too */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listKeysAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  issueKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "nightly build",
         *       "scope": "write",
         *       "expiresInDays": 90
         *     }
         */
        'application/json': components['schemas']['KeyRequest'];
      };
    };
    responses: {
      /** @description Issue an API key; its secret is shown this once */
      201: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use' | 'idempotent-answer-not-kept' | 'secret-shown';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readKey: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read an API key */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'key-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  revokeKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Revoke an API key, at once */
      204: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'key-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  rotateKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "overlapHours": 24
         *     }
         */
        'application/json': components['schemas']['KeyRotationRequest'];
      };
    };
    responses: {
      /** @description Give an API key a new secret, and let the old one be good for a while */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'key-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'idempotency-key-in-use'
              | 'idempotent-answer-not-kept'
              | 'key-changed'
              | 'key-expired'
              | 'key-revoked'
              | 'secret-shown';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readQuotas: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read what the tenant uses and may use */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuotaResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  replaceQuotas: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "deployments": 50,
         *       "active-runs": null,
         *       "tasks-in-flight": 100,
         *       "monthly-cost": 2500
         *     }
         */
        'application/json': components['schemas']['QuotaRequest'];
      };
    };
    responses: {
      /** @description Replace the limits of the tenant that are named; what it has already stays */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuotaResource'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listDeployments: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: createdAt upwards, or -createdAt downwards. */
        sort?: 'createdAt' | '-createdAt';
        status?:
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
        environment?: 'development' | 'staging' | 'production';
        name?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List deployments, newest first */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listDeploymentsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  createDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
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
        'application/json': components['schemas']['DesiredStateRequest'];
      };
    };
    responses: {
      /** @description Create a deployment and request its first run */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'deployment-exists'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?: 'desired-state-invalid' | 'idempotency-key-reused' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readDeployment: {
    parameters: {
      query?: {
        /** @description As it was at this version of the stream of the deployment, or at this instant (RFC 3339). */
        asOf?: string;
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a deployment */
      200: {
        headers: {
          /** @description The version of the deployment, for If-Match. Of the past: names the answer only. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  deleteDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Cancel what runs and destroy what was applied */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  changeDeployment: {
    parameters: {
      query?: never;
      header: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        'If-Match': string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
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
        'application/json': components['schemas']['DesiredStateRequest'];
      };
    };
    responses: {
      /** @description Replace what is desired and request an update run */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict' | 'precondition-failed';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?: 'desired-state-invalid' | 'idempotency-key-reused' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      428: components['responses']['Problem428'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  scaleDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "resource": "web",
         *       "count": 3,
         *       "reason": "sale"
         *     }
         */
        'application/json': components['schemas']['ScaleRequest'];
      };
    };
    responses: {
      /** @description Change how many copies of a resource there are */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict' | 'precondition-failed';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?: 'desired-state-invalid' | 'idempotency-key-reused' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  configureDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
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
        'application/json': components['schemas']['ConfigureRequest'];
      };
    };
    responses: {
      /** @description Change properties of named resources */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict' | 'precondition-failed';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?: 'desired-state-invalid' | 'idempotency-key-reused' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  planDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['EmptyRequest'];
      };
    };
    responses: {
      /** @description Plan the newest run, or plan it again */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  approveDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "planDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000000"
         *     }
         */
        'application/json': components['schemas']['ApproveRequest'];
      };
    };
    responses: {
      /** @description Approve the plan of the newest run by its digest */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'plan-digest-mismatch'
              | 'plan-inputs-changed'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-not-due'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  executeDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['EmptyRequest'];
      };
    };
    responses: {
      /** @description Apply the approved plan of the newest run */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-not-due'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  cancelDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "Too dear."
         *     }
         */
        'application/json': components['schemas']['ReasonRequest'];
      };
    };
    responses: {
      /** @description Cancel the newest run */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  rollBackDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "toRevision": 1,
         *       "reason": "The new version is slow."
         *     }
         */
        'application/json': components['schemas']['RollbackRequest'];
      };
    };
    responses: {
      /** @description Undo a failed run, or go back to an earlier revision */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?: 'idempotency-key-reused' | 'revision-not-found' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  retryDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['EmptyRequest'];
      };
    };
    responses: {
      /** @description Try the newest run again */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  scanDeployment: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "autoRemediate": false
         *     }
         */
        'application/json': components['schemas']['DeploymentScanRequest'];
      };
    };
    responses: {
      /** @description Compare the world with what was applied */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The report to come. */
          Location?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ScanAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listRuns: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: requestedAt upwards, or -requestedAt downwards. */
        sort?: 'requestedAt' | '-requestedAt';
        state?:
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
        kind?: 'create' | 'update' | 'scale' | 'configure' | 'rollback' | 'remediate' | 'destroy';
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the runs of a deployment, newest first */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listRunsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listRevisions: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: revision upwards, or -revision downwards. */
        sort?: 'revision' | '-revision';
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the versions of what is desired, newest first */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listRevisionsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readRevision: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        revision: number;
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a version of what is desired by its number */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RevisionResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'deployment-revision-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listResources: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; absent: all. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: address upwards, or -address downwards. */
        sort?: 'address' | '-address';
        engine?: string;
        unitId?: string;
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List what is applied */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ResourcesAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readOutputs: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the outputs of a deployment */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OutputsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readDeploymentHistory: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; absent: all. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: time upwards, or -time downwards. */
        sort?: 'time' | '-time';
        /** @description Only facts of this type, such as caisson.deployment.run-failed.v1. */
        type?: string;
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read all that happened to a deployment, in order */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HistoryAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listDeploymentDrift: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: id upwards, or -id downwards. */
        sort?: 'id' | '-id';
        status?: 'running' | 'completed';
        maxSeverity?: 'low' | 'medium' | 'high' | 'critical';
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the drift reports of a deployment, newest first */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listDeploymentDriftAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readDriftHistory: {
    parameters: {
      query?: {
        resource?: string;
        path?: string;
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read how attributes of a deployment became what they are */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DriftHistoryResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listAllRuns: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: requestedAt upwards, or -requestedAt downwards. */
        sort?: 'requestedAt' | '-requestedAt';
        state?:
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
        kind?: 'create' | 'update' | 'scale' | 'configure' | 'rollback' | 'remediate' | 'destroy';
        deploymentId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the runs of all deployments, newest first */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listAllRunsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readRun: {
    parameters: {
      query?: {
        /** @description As it was at this version of the stream of the deployment, or at this instant (RFC 3339). */
        asOf?: string;
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a run */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readRunPlan: {
    parameters: {
      query?: {
        /** @description As it was at this version of the stream of the deployment, or at this instant (RFC 3339). */
        asOf?: string;
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the plan of a run */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Plan'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'plan-not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listTasks: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: id upwards, or -id downwards. */
        sort?: 'id' | '-id';
        state?:
          | 'pending'
          | 'queued'
          | 'acquired'
          | 'running'
          | 'succeeded'
          | 'failed'
          | 'timed_out'
          | 'retrying'
          | 'cancelled';
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the tasks of a run */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listTasksAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readRunHistory: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; absent: all. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: time upwards, or -time downwards. */
        sort?: 'time' | '-time';
        /** @description Only facts of this type, such as caisson.deployment.run-failed.v1. */
        type?: string;
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read all that happened in a run, in order */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HistoryAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listApprovals: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; absent: all. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: time upwards, or -time downwards. */
        sort?: 'time' | '-time';
        state?: 'pending' | 'approved' | 'rejected' | 'superseded';
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the approvals that the plans of a run needed, oldest first */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApprovalsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  approveRun: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "planDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000000"
         *     }
         */
        'application/json': components['schemas']['ApproveRequest'];
      };
    };
    responses: {
      /** @description Approve the plan of a run by its digest */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'plan-digest-mismatch'
              | 'plan-inputs-changed'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-not-due'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  rejectRun: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "Too dear."
         *     }
         */
        'application/json': components['schemas']['ReasonRequest'];
      };
    };
    responses: {
      /** @description Turn the plan of a run down */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  cancelRun: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "Asked by mistake."
         *     }
         */
        'application/json': components['schemas']['ReasonRequest'];
      };
    };
    responses: {
      /** @description Cancel a run */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  retryRun: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['EmptyRequest'];
      };
    };
    responses: {
      /** @description Try a failed run again */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readTask: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a task */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'task-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listAttempts: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; absent: all. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: startedAt upwards, or -startedAt downwards. */
        sort?: 'startedAt' | '-startedAt';
        state?: 'running' | 'waiting' | 'unknown' | 'succeeded' | 'resolved' | 'failed' | 'timed_out';
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the attempts of a task, oldest first */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AttemptsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'task-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readCallbackAddress: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the secret address at which a task that waits is called back */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CallbackAddress'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'task-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'callbacks-off' | 'task-not-waiting' | 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  resolveTask: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "outcome": "done",
         *       "evidence": "The console shows it as srv-1."
         *     }
         */
        'application/json': components['schemas']['ResolveTaskRequest'];
      };
    };
    responses: {
      /** @description Say what became of a task whose outcome is unknown */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found' | 'run-not-found' | 'task-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded'
              | 'task-outcome-known';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readAttempt: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read an attempt */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AttemptResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'attempt-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readAttemptLog: {
    parameters: {
      query?: {
        offset?: number;
        limit?: number;
        waitSeconds?: number;
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read what a tool said in an attempt, from a line on; waits for more while it runs */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LogAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'attempt-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readPlan: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        digest: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a plan by its digest */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Plan'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'plan-not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  recompute: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        digest: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['EmptyRequest'];
      };
    };
    responses: {
      /** @description Compute a plan again from its recorded inputs and say whether it is the same */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PlanRecomputation'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'plan-not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use' | 'plan-not-recomputable';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readTypeTable: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the type table */
      200: {
        headers: {
          /** @description The version, for If-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TypeTableResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  replaceTypeTable: {
    parameters: {
      query?: never;
      header: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        'If-Match': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
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
        'application/json': components['schemas']['TypeTableInput'];
      };
    };
    responses: {
      /** @description Replace the type table by a new version */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The version, for If-Match. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TypeTableResource'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'precondition-failed' | 'table-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      428: components['responses']['Problem428'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readTypeTableVersion: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        version: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a version of the type table */
      200: {
        headers: {
          /** @description The version, for If-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TypeTableResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'table-version-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readPriceBook: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the price book */
      200: {
        headers: {
          /** @description The version, for If-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PriceBookResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  replacePriceBook: {
    parameters: {
      query?: never;
      header: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        'If-Match': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
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
        'application/json': components['schemas']['PriceBookInput'];
      };
    };
    responses: {
      /** @description Replace the price book by a new version */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The version, for If-Match. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PriceBookResource'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'precondition-failed' | 'table-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      428: components['responses']['Problem428'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readPriceBookVersion: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        version: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a version of the price book */
      200: {
        headers: {
          /** @description The version, for If-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PriceBookResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'table-version-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  requestScan: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "deploymentId": "0198c2a5-7b1e-7c3d-9a4f-2f6d8e1b0c5a",
         *       "autoRemediate": false
         *     }
         */
        'application/json': components['schemas']['ScanRequest'];
      };
    };
    responses: {
      /** @description Compare the world with what was applied to a deployment */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The report to come. */
          Location?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ScanAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'idempotency-key-in-use'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listDriftReports: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: id upwards, or -id downwards. */
        sort?: 'id' | '-id';
        deploymentId?: string;
        status?: 'running' | 'completed';
        maxSeverity?: 'low' | 'medium' | 'high' | 'critical';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List drift reports, newest first */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listDriftReportsAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readDriftReport: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a drift report */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DriftReportResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'drift-report-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  remediateDrift: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "mode": "revert"
         *     }
         */
        'application/json': components['schemas']['RemediateRequest'];
      };
    };
    responses: {
      /** @description Request a run that puts right what a report found */
      202: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The run that follows, or the deployment. */
          Location?: string;
          /** @description The version of the deployment after the command. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          /** @description Seconds after which to look what became of it. */
          'Retry-After': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CommandAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?:
              'deployment-not-found' | 'drift-report-not-found' | 'not-found' | 'route-not-found' | 'run-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?:
              | 'deployment-deleted'
              | 'drift-breaker-open'
              | 'idempotency-key-in-use'
              | 'nothing-to-remediate'
              | 'quota-exhausted'
              | 'run-active'
              | 'run-state-conflict'
              | 'run-superseded';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'deployment-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      /** @description Understood, and cannot be followed; the fields are named. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?: 'drift-not-adoptable' | 'idempotency-key-reused' | 'unprocessable-request';
          } & components['schemas']['Problem'];
        };
      };
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listDriftBreakers: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: provider upwards, or -provider downwards. */
        sort?: 'provider' | '-provider';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the breakers of providers */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listDriftBreakersAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readDriftBreaker: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        provider: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the breaker of a provider */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BreakerResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'drift-breaker-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  closeDriftBreaker: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        provider: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "reason": "The status page of the provider says that its API answers again."
         *     }
         */
        'application/json': components['schemas']['CloseBreakerRequest'];
      };
    };
    responses: {
      /** @description Close the breaker of a provider, having looked at it */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BreakerResource'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'drift-breaker-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'drift-breaker-not-open' | 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readDriftPolicy: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the drift policy */
      200: {
        headers: {
          /** @description The version, for If-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DriftPolicyResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  replaceDriftPolicy: {
    parameters: {
      query?: never;
      header: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
        /** @description The ETag of the thing as it was read. */
        'If-Match': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "severities": {
         *         "types": {
         *           "resource_removed": {
         *             "severity": "critical",
         *             "why": "What was applied is gone."
         *           },
         *           "state_mismatch": {
         *             "severity": "high",
         *             "why": "It does not do its work."
         *           },
         *           "property_changed": {
         *             "severity": "medium",
         *             "why": "It is not as it was approved."
         *           },
         *           "resource_added": {
         *             "severity": "medium",
         *             "why": "It costs money, and nobody reviewed it."
         *           },
         *           "tag_mismatch": {
         *             "severity": "low",
         *             "why": "Bills and searches may miss it."
         *           }
         *         },
         *         "rules": [
         *           {
         *             "path": "ingress",
         *             "severity": "critical",
         *             "why": "It may be open to the world."
         *           }
         *         ]
         *       }
         *     }
         */
        'application/json': components['schemas']['DriftPolicyInput'];
      };
    };
    responses: {
      /** @description Replace the drift policy by a new version */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The version, for If-Match. */
          ETag?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DriftPolicyResource'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      /** @description It has changed since it was read. */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 412;
            /** @enum {unknown} */
            code?: 'precondition-failed' | 'table-version-conflict';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      428: components['responses']['Problem428'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readDriftPolicyVersion: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        version: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a version of the drift policy */
      200: {
        headers: {
          /** @description The version, for If-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DriftPolicyResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'table-version-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readDriftIgnores: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read which drift of a deployment is ignored */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DriftIgnoresResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  ignoreDrift: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "path": "tags.last-backup",
         *       "reason": "The backup job writes it.",
         *       "expiresAt": "2100-01-01T00:00:00Z"
         *     }
         */
        'application/json': components['schemas']['DriftIgnoreRequest'];
      };
    };
    responses: {
      /** @description Ignore drift of a deployment, for a reason and a time */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DriftIgnoresResource'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  removeDriftIgnore: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        ruleId: string;
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ignore drift of a deployment by a rule no longer */
      204: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readDriftSchedule: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the schedule by which a deployment is scanned */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DriftScheduleResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'drift-schedule-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  setDriftSchedule: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "cron": "0 3 * * *",
         *       "timeZone": "Europe/Berlin",
         *       "autoRemediate": false
         *     }
         */
        'application/json': components['schemas']['DriftScheduleRequest'];
      };
    };
    responses: {
      /** @description Scan a deployment by a schedule, in place of what there was */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DriftScheduleResource'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'deployment-deleted' | 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  removeDriftSchedule: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Scan a deployment by no schedule any more */
      204: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listWebhooks: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: id upwards, or -id downwards. */
        sort?: 'id' | '-id';
        kind?: 'github';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List webhooks, without their secrets */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listWebhooksAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  createWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "pushes of acme/shop",
         *       "kind": "github"
         *     }
         */
        'application/json': components['schemas']['WebhookRequest'];
      };
    };
    responses: {
      /** @description Create a webhook; its secret is shown this once */
      201: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use' | 'idempotent-answer-not-kept' | 'secret-shown' | 'webhooks-off';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readWebhook: {
    parameters: {
      query?: {
        /** @description A version that a command answered: the answer is not older. Waits for it, within a limit. */
        minVersion?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a webhook, without its secret */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'webhook-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'version-not-reached';
          } & components['schemas']['Problem'];
        };
      };
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  removeWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Remove a webhook: what comes to its address is refused from now on */
      204: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'webhook-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  rotateWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "overlapHours": 24
         *     }
         */
        'application/json': components['schemas']['WebhookRotationRequest'];
      };
    };
    responses: {
      /** @description Give a webhook a new secret, and let the old one be good for a while */
      200: {
        headers: {
          /** @description true when the answer was given before. */
          'Idempotent-Replayed'?: string;
          /** @description The stream in which the command is recorded. */
          'Caisson-Stream': string;
          /** @description The version of that stream after the command. */
          'Caisson-Version': string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookAnswer'];
        };
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not-found' | 'route-not-found' | 'webhook-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      /** @description The state does not allow this. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency-key-in-use' | 'idempotent-answer-not-kept' | 'secret-shown' | 'webhooks-off';
          } & components['schemas']['Problem'];
        };
      };
      413: components['responses']['Problem413'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      422: components['responses']['Problem422'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  listDeliveries: {
    parameters: {
      query?: {
        /** @description How many at most, 1 to 200; default 50. */
        limit?: string;
        /** @description The nextCursor of the page before, with the same filters. */
        cursor?: string;
        /** @description The order: receivedAt upwards, or -receivedAt downwards. */
        sort?: 'receivedAt' | '-receivedAt';
        hookId?: string;
        deliveryId?: string;
        event?: string;
        outcome?: 'accepted' | 'ignored';
        repository?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description List the deliveries to the webhooks of the tenant, newest first */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          /** @description The next page, when there is one (RFC 8288). */
          Link?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['listDeliveriesAnswer'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  readDelivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read a delivery: what it said, and what was made of it */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryResource'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'delivery-not-found' | 'not-found' | 'route-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
  watchEvents: {
    parameters: {
      query?: {
        /** @description Only what happens to this deployment, its plans, runs and scans. */
        deployment?: string;
        /** @description Only these types, separated by commas; caisson.execution.* stands for all of a context. */
        type?: string;
      };
      header?: {
        /** @description The id of the last event that was seen: all after it follow. 0 = from the beginning. */
        'Last-Event-ID'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Watch the public events of the tenant as server-sent events, from now on or from where one was cut off */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': components['schemas']['watchEventsAnswer'];
        };
      };
      /** @description The request does not have the right shape. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?:
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
      401: components['responses']['Problem401'];
      403: components['responses']['Problem403'];
      /** @description There is no such thing, or it is not yours. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'deployment-not-found';
          } & components['schemas']['Problem'];
        };
      };
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      /** @description Away for the moment; try again after Retry-After. */
      503: {
        headers: {
          /** @description Seconds to wait. */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': {
            /** @constant */
            status?: 503;
            /** @enum {unknown} */
            code?: 'live-streams-exhausted' | 'service-unavailable';
          } & components['schemas']['Problem'];
        };
      };
    };
  };
  readRunStates: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Read the states of a run and what leads from one to another */
      200: {
        headers: {
          /** @description Names this state of the answer, for If-None-Match. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunStates'];
        };
      };
      /** @description It is as the caller has it already. */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['Problem400'];
      408: components['responses']['Problem408'];
      414: components['responses']['Problem414'];
      415: components['responses']['Problem415'];
      429: components['responses']['Problem429'];
      431: components['responses']['Problem431'];
      500: components['responses']['Problem500'];
      503: components['responses']['Problem503'];
    };
  };
}
