import { expect, it } from 'vitest';
import { toolEnvironment } from './tool-environment.js';

it('takes over harmless names only', () => {
  const ours = { PATH: '/bin', TF_CLI_ARGS_plan: '-destroy', LD_PRELOAD: 'x.so', HOME: '/root', AWS_SECRET: 's' };
  expect(toolEnvironment(ours, { HOME: '/work' })).toEqual({ PATH: '/bin', HOME: '/work' });
});

it.each(['a=b', '', '1A', 'A B', 'A\n'])('refuses the name %j', (name) => {
  expect(() => toolEnvironment({}, { [name]: 'x' })).toThrow(
    expect.objectContaining({ code: 'tool-environment-invalid' }),
  );
});

it('refuses a value that would end early', () => {
  expect(() => toolEnvironment({}, { A: 'x\0B=y' })).toThrow();
});
