import { LogIn, RegisterFirstAdmin, type Login, type Registration } from '@caisson/tenancy';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { LogInCommand, RegisterCommand } from './tenancy-commands.js';

/** Takes a registration to its use case. */
@CommandHandler(RegisterCommand)
export class RegisterHandler implements ICommandHandler<RegisterCommand> {
  constructor(private readonly registerFirstAdmin: RegisterFirstAdmin) {}

  execute({ input }: RegisterCommand): Promise<Registration> {
    return this.registerFirstAdmin.execute(input);
  }
}

/** Takes a login to its use case. */
@CommandHandler(LogInCommand)
export class LogInHandler implements ICommandHandler<LogInCommand> {
  constructor(private readonly logIn: LogIn) {}

  execute({ input }: LogInCommand): Promise<Login> {
    return this.logIn.execute(input);
  }
}
