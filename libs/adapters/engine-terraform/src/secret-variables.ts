import type { Json } from '@caisson/kernel';
import { secretsIn } from './masking.js';
import type { TerraformModule } from './module-properties.js';

/** Where a block of a configuration begins. */
const BLOCK = /^(?=[ \t]*(?:variable|resource|data|module|output|provider|locals|terraform|check)[ \t]*["{])/m;
const SECRET_VARIABLE = /^\s*variable\s+"([^"]+)".*\bsensitive\s*=\s*true\b/s;

/**
 * The texts of the variables that a configuration declares sensitive. Terraform shows them where it passes on what
 * others said, as in the error of a provisioner. Read from the text, because no command tells before it acts; too much
 * does no harm. Declarations in JSON and default values are not seen.
 */
export function secretVariablesOf({ files, variables }: TerraformModule): readonly string[] {
  const blocks = Object.entries(files)
    .filter(([path]) => !path.includes('/') && path.endsWith('.tf'))
    .flatMap(([, text]) => text.split(BLOCK));
  const names = blocks.flatMap((block) => SECRET_VARIABLE.exec(block)?.[1] ?? []);
  return names.flatMap((name) => secretsIn(valueOf(variables, name), true));
}

function valueOf(variables: TerraformModule['variables'], name: string): Json | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}
