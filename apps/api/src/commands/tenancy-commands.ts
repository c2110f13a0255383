import type { LogInInput, Login, RegisterFirstAdminInput, Registration } from '@caisson/tenancy';
import { Command } from '@nestjs/cqrs';

/** Founds a tenant with its first administrator. */
export class RegisterCommand extends Command<Registration> {
  constructor(readonly input: RegisterFirstAdminInput) {
    super();
  }
}

/** Exchanges user name and password for an access token. */
export class LogInCommand extends Command<Login> {
  constructor(readonly input: LogInInput) {
    super();
  }
}
