import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Three resources in a row. Each writes a line into a file when it is made and when it is removed: the world outside of
 * all our tables. The second one runs `$SECOND` before, which may fail.
 */
const CONFIGURATION = `
variable "world" { type = string }
variable "second" { type = string }

resource "terraform_data" "first" {
  input = var.world
  provisioner "local-exec" { command = "echo +first >> '\${self.input}'" }
  provisioner "local-exec" {
    when    = destroy
    command = "echo -first >> '\${self.input}'"
  }
}

resource "terraform_data" "second" {
  input      = var.world
  depends_on = [terraform_data.first]
  provisioner "local-exec" { command = "\${var.second} && echo +second >> '\${self.input}'" }
  provisioner "local-exec" {
    when    = destroy
    command = "echo -second >> '\${self.input}'"
  }
}

resource "terraform_data" "third" {
  input      = var.world
  depends_on = [terraform_data.second]
  provisioner "local-exec" { command = "echo +third >> '\${self.input}'" }
  provisioner "local-exec" {
    when    = destroy
    command = "echo -third >> '\${self.input}'"
  }
}

output "third" { value = terraform_data.third.id }
`;

/** What three Terraform resources did, as a file tells it. */
export class TerraformWorld {
  readonly #file: string;
  readonly #gate: string;

  /** @param folder - where files of that name may be made. */
  constructor(folder: string, name: string) {
    this.#file = join(folder, `${name}.world`);
    this.#gate = join(folder, `${name}.gate`);
  }

  /** A resource of a desired state; its second part fails unless the gate is open. */
  gated(name: string): object {
    return this.resource(name, `test -f '${this.#gate}'`);
  }

  /** A resource of a desired state whose second part runs a shell command first. */
  resource(name: string, second: string): object {
    const source = { files: { 'main.tf': CONFIGURATION } };
    return {
      name,
      engine: 'terraform',
      type: 'module',
      properties: { source, variables: { world: this.#file, second } },
    };
  }

  /** Lets the second part succeed from now on. */
  openGate(): Promise<void> {
    return writeFile(this.#gate, '');
  }

  closeGate(): Promise<void> {
    return rm(this.#gate);
  }

  /** What was made (`+`) and removed (`-`), in order. */
  async told(): Promise<readonly string[]> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }
}
