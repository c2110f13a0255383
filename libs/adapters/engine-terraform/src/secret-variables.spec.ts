import { describe, expect, it } from 'vitest';
import { secretVariablesOf } from './secret-variables.js';

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
    expect(secretVariablesOf({ files: { 'main.tf': text }, variables })).toEqual(['se-cret', 'key-1', 'key-2']);
  });

  it('are those of the root module alone, and only of variables that are given', () => {
    const text = 'variable "size" { sensitive = true }';
    const files = { 'modules/a/main.tf': text, 'README.md': text, 'b.tf': 'variable "toString" { sensitive = true }' };
    expect(secretVariablesOf({ files, variables })).toEqual([]);
  });
});
