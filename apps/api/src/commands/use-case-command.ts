import type { FactoryProvider, Type } from '@nestjs/common';
import { Command, CommandHandler } from '@nestjs/cqrs';

/** A command on its way to its use case, whose input it carries and nothing else. */
export abstract class UseCaseCommand<Input, Result> extends Command<Result> {
  constructor(readonly input: Input) {
    super();
  }
}

type CommandType<Input, Result> = new (input: Input) => UseCaseCommand<Input, Result>;

/** Says which part of which use case follows a command; the module provides the use cases. */
export function handlerOf<Input, Result, UseCase>(
  command: CommandType<Input, Result>,
  useCase: abstract new (...parts: never[]) => UseCase,
  run: (useCase: UseCase, input: Input) => Promise<Result>,
): FactoryProvider {
  class Handler {
    constructor(private readonly useCase: UseCase) {}

    execute({ input }: UseCaseCommand<Input, Result>): Promise<Result> {
      return run(this.useCase, input);
    }
  }
  CommandHandler(command)(Handler);
  return {
    provide: Handler as Type,
    useFactory: (found: UseCase) => new Handler(found),
    inject: [useCase as Type],
  };
}
