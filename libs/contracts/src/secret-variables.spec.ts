import { describe, expect, it } from 'vitest';
import { secretVariablesOf, type ModuleValues } from './secret-variables.js';

function textsOf(module: ModuleValues): readonly string[] {
  return secretVariablesOf(module).flatMap(({ defaults, given }) => [...given, ...defaults]);
}

const variables = { password: 'se-cret', keys: { first: 'key-1', all: ['key-2'] }, size: 'large' };

describe('the secrets among variables', () => {
  it('are those that the configuration declares sensitive', () => {
    const text = `
variable "size" {}
variable "password" {
  type      = string
  sensitive = true
}
  variable "keys" { sensitive=true }
output "size" {
  value     = var.size
  sensitive = true
}`;
    expect(textsOf({ files: { 'main.tf': text }, variables })).toEqual(['se-cret', 'key-1', 'key-2']);
  });

  it('are those of the root module alone, and only of variables that are given', () => {
    const text = 'variable "size" { sensitive = true }';
    const files = { 'modules/a/main.tf': text, 'README.md': text, 'b.tf': 'variable "toString" { sensitive = true }' };
    expect(textsOf({ files, variables })).toEqual([]);
  });

  it('are not those of which a comment or a description speaks', () => {
    const text = `
variable "size" {
  description = "Large; was sensitive = true once"
  # sensitive = true
}`;
    expect(secretVariablesOf({ files: { 'main.tf': text }, variables })).toEqual([]);
  });

  it('are default values too: texts, lists, maps and heredocs', () => {
    const text = `
variable "password" {
  description = "The password of the database"
  default     = "from-\\"default\\"" # A comment.
  type        = string
  sensitive   = true
}
variable "keys" {
  sensitive = true
  default = {
    first = "default-1"
    all   = ["default-2", "default-3"]
  }
}
variable "pem" {
  sensitive = true
  default   = <<-EOT
    line-of-key
    another-line
  EOT
}
variable "size" { default = "not-secret" }`;
    const defaults = ['from-"default"', 'default-1', 'default-2', 'default-3', 'line-of-key', 'another-line'];
    const found = textsOf({ files: { 'main.tf': text }, variables: {} });
    expect(found).toEqual(defaults);
  });

  it('are found in JSON as well, as an object or a list', () => {
    const password = { password: { sensitive: true, default: 'from-default' }, size: { default: 'small' } };
    const keys = { keys: [{ sensitive: true }] };
    const files = {
      'a.tf.json': JSON.stringify({ variable: password }),
      'b.tf.json': JSON.stringify({ variable: [keys] }),
      'c.tf.json': 'no JSON',
      'd.json': JSON.stringify({ variable: { size: { sensitive: true } } }),
    };
    expect(textsOf({ files, variables })).toEqual(['se-cret', 'from-default', 'key-1', 'key-2']);
  });
});
