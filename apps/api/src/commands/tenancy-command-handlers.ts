import { ChangePassword, EndSession, LogIn, RefreshSession, Register } from '@caisson/tenancy';
import type { FactoryProvider, Type } from '@nestjs/common';
import { CommandHandler, type Command } from '@nestjs/cqrs';
import {
  ChangePasswordCommand,
  EndSessionCommand,
  LogInCommand,
  RefreshSessionCommand,
  RegisterCommand,
} from './tenancy-commands.js';

interface UseCase<Input, Result> {
  execute(input: Input): Promise<Result>;
}

type CommandType<Input, Result> = new (input: Input) => Command<Result> & { readonly input: Input };

/** Which use case follows which command; the module provides the use cases. */
export const TENANCY_COMMAND_HANDLERS: readonly FactoryProvider[] = [
  handlerOf(RegisterCommand, Register),
  handlerOf(LogInCommand, LogIn),
  handlerOf(RefreshSessionCommand, RefreshSession),
  handlerOf(EndSessionCommand, EndSession),
  handlerOf(ChangePasswordCommand, ChangePassword),
];

function handlerOf<Input, Result>(
  command: CommandType<Input, Result>,
  useCase: abstract new (...parts: never[]) => UseCase<Input, Result>,
): FactoryProvider {
  class Handler {
    constructor(private readonly useCase: UseCase<Input, Result>) {}

    execute(given: { readonly input: Input }): Promise<Result> {
      return this.useCase.execute(given.input);
    }
  }
  CommandHandler(command)(Handler);
  return {
    provide: Handler as Type,
    useFactory: (found: UseCase<Input, Result>) => new Handler(found),
    inject: [useCase as Type],
  };
}
