import {
  ChangePassword,
  ChangeQuotas,
  EndSession,
  LogIn,
  ManageCredentials,
  ManageKeys,
  ManageMembers,
  RefreshSession,
  Register,
} from '@caisson/tenancy';
import type { FactoryProvider } from '@nestjs/common';
import {
  ChangePasswordCommand,
  ChangeQuotasCommand,
  ChangeRoleCommand,
  EndSessionCommand,
  InviteMemberCommand,
  IssueKeyCommand,
  LogInCommand,
  RefreshSessionCommand,
  RegisterCommand,
  RemoveCredentialCommand,
  RemoveMemberCommand,
  RevokeInvitationCommand,
  RevokeKeyCommand,
  RewrapCredentialsCommand,
  RotateKeyCommand,
  StoreCredentialCommand,
} from './tenancy-commands.js';
import { handlerOf } from './use-case-command.js';

/** Which use case follows which command of a tenant, its members and its secrets. */
export const TENANCY_COMMAND_HANDLERS: readonly FactoryProvider[] = [
  handlerOf(RegisterCommand, Register, (register, input) => register.execute(input)),
  handlerOf(LogInCommand, LogIn, (logIn, input) => logIn.execute(input)),
  handlerOf(RefreshSessionCommand, RefreshSession, (refresh, input) => refresh.execute(input)),
  handlerOf(EndSessionCommand, EndSession, (end, input) => end.execute(input)),
  handlerOf(ChangePasswordCommand, ChangePassword, (change, input) => change.execute(input)),
  handlerOf(ChangeQuotasCommand, ChangeQuotas, (change, input) => change.execute(input)),
  handlerOf(InviteMemberCommand, ManageMembers, (members, input) => members.invite(input)),
  handlerOf(RevokeInvitationCommand, ManageMembers, (members, input) => members.revokeInvitation(input)),
  handlerOf(ChangeRoleCommand, ManageMembers, (members, input) => members.changeRole(input)),
  handlerOf(RemoveMemberCommand, ManageMembers, (members, input) => members.remove(input)),
  handlerOf(IssueKeyCommand, ManageKeys, (keys, input) => keys.issue(input)),
  handlerOf(RotateKeyCommand, ManageKeys, (keys, input) => keys.rotate(input)),
  handlerOf(RevokeKeyCommand, ManageKeys, (keys, input) => keys.revoke(input)),
  handlerOf(StoreCredentialCommand, ManageCredentials, (credentials, input) => credentials.store(input)),
  handlerOf(RemoveCredentialCommand, ManageCredentials, (credentials, input) => credentials.remove(input)),
  handlerOf(RewrapCredentialsCommand, ManageCredentials, (credentials, input) => credentials.rewrap(input)),
];
