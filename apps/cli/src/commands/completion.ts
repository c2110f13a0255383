import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';

const SCRIPTS = {
  bash: `_caisson() {
  local IFS=$'\\n'
  COMPREPLY=($(caisson __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _caisson caisson`,
  zsh: `#compdef caisson
_caisson() {
  local -a candidates
  candidates=("\${(@f)$(caisson __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a candidates
}
compdef _caisson caisson`,
  fish: `complete -c caisson -f -a '(caisson __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`,
} as const;

/** Adds `completion`, whose scripts ask the program itself what can come next. */
export function addCompletion(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .argument('<shell>', Object.keys(SCRIPTS).join(', '))
    .description('print the completion of a shell: source <(caisson completion bash)')
    .action((shell: string) => {
      if (!isShell(shell)) throw new Error(`"${shell}" is none of ${Object.keys(SCRIPTS).join(', ')}.`);
      terminal.print(SCRIPTS[shell]);
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) => {
      for (const candidate of candidates(program, words)) terminal.print(candidate);
    });
}

function isShell(shell: string): shell is keyof typeof SCRIPTS {
  return Object.hasOwn(SCRIPTS, shell);
}

/** What the last of the words can become, after the ones before it. */
export function candidates(program: Command, words: readonly string[]): readonly string[] {
  const prefix = words.at(-1) ?? '';
  let command = program;
  for (const word of words.slice(0, -1)) command = command.commands.find((child) => child.name() === word) ?? command;
  const children = command.commands.map((child) => child.name()).filter((name) => !name.startsWith('__'));
  const options = [...command.options, ...program.options].flatMap(({ long }) => long ?? []);
  const offered = prefix.startsWith('-') ? options : children;
  return [...new Set(offered)].filter((name) => name.startsWith(prefix));
}
