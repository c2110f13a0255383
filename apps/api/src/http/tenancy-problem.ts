import type { HttpProblem } from '@caisson/http';
import { unreachable } from '@caisson/kernel';
import type { CredentialRejection, KeyGivingRejection, TenantRejection } from '@caisson/tenancy';
import { apiProblem } from './api-problems.js';
import { NOT_THERE } from './found.js';

type Rejection = TenantRejection | KeyGivingRejection | CredentialRejection;

/** What managing members and keys refuses, as an answer. */
export function tenancyProblem(rejection: Rejection): HttpProblem {
  switch (rejection.code) {
    case 'member-not-found':
    case 'invitation-not-found':
    case 'key-not-found':
    case 'credential-not-found':
      return apiProblem(rejection.code, NOT_THERE);
    case 'tenant-not-found':
      return apiProblem('not-found', NOT_THERE);
    case 'tenant-exists':
    case 'username-taken':
      return apiProblem(rejection.code, 'Choose another name.');
    case 'members-exhausted':
      return apiProblem('members-exhausted', {
        detail: `The tenant has ${rejection.limit} members. An administrator has to show one the door first.`,
        members: { limit: rejection.limit },
      });
    case 'last-admin':
      return apiProblem('last-admin', 'Make another member an administrator first.');
    case 'invitation-invalid':
      return apiProblem('invitation-invalid', 'Ask an administrator of the tenant for a new one.');
    case 'inviter-not-admin':
      return apiProblem('permission-denied', {
        detail: 'This needs the permission user:manage, which you have no more.',
        members: { permission: 'user:manage' },
      });
    case 'invitations-exhausted':
      return apiProblem('invitations-exhausted', {
        detail: `${rejection.limit} invitations are open. They end after seven days, or when they are used.`,
        members: { limit: rejection.limit },
      });
    case 'key-revoked':
    case 'key-expired':
      return apiProblem(rejection.code, 'Issue a new one.');
    case 'credential-changed':
      return apiProblem('credential-not-found', NOT_THERE);
    case 'key-changed':
      return apiProblem('key-changed', 'Read it again. If its secret was replaced and lost, rotate it.');
    case 'secret-shown':
      return apiProblem('secret-shown', {
        detail: 'It was answered to the request with this Idempotency-Key, and is not kept. Make a new one.',
      });
    default:
      return unreachable(rejection, 'refusal of tenancy');
  }
}
