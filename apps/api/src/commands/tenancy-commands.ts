import type {
  ChangePasswordInput,
  EndSessionInput,
  Login,
  LogInInput,
  PasswordChange,
  Refreshed,
  RefreshSessionInput,
  RegisterInput,
  Registration,
} from '@caisson/tenancy';
import { Command } from '@nestjs/cqrs';

/** Takes somebody into a tenant. */
export class RegisterCommand extends Command<Registration> {
  constructor(readonly input: RegisterInput) {
    super();
  }
}

/** Exchanges user name and password for a session. */
export class LogInCommand extends Command<Login> {
  constructor(readonly input: LogInInput) {
    super();
  }
}

/** Exchanges a refresh token for the next tokens of its session. */
export class RefreshSessionCommand extends Command<Refreshed> {
  constructor(readonly input: RefreshSessionInput) {
    super();
  }
}

/** Ends a session. */
export class EndSessionCommand extends Command<void> {
  constructor(readonly input: EndSessionInput) {
    super();
  }
}

/** Replaces the password of a principal. */
export class ChangePasswordCommand extends Command<PasswordChange> {
  constructor(readonly input: ChangePasswordInput) {
    super();
  }
}
