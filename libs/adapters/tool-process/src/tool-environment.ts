import { Fault } from '@caisson/kernel';
import { activeTraceParent } from '@caisson/observability';

/** What a tool may take over from our own environment: nothing that changes what it does. */
const INHERITED_NAMES = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR'] as const;

/**
 * Builds the whole environment of a tool: a few harmless names of ours, the trace that runs now (`TRACEPARENT`, for
 * tools that go on with it), and what is given. A variable such as `TF_CLI_ARGS_plan` or `LD_PRELOAD` around our own
 * process never reaches the tool.
 *
 * @throws Fault `tool-environment-invalid` when a name or value cannot be an environment variable.
 */
export function toolEnvironment(
  ours: Readonly<Record<string, string | undefined>>,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const name of INHERITED_NAMES) {
    const value = ours[name];
    if (value !== undefined) environment[name] = value;
  }
  const traceparent = activeTraceParent();
  if (traceparent !== undefined) environment['TRACEPARENT'] = traceparent;
  for (const [name, value] of Object.entries(given)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes('\0')) {
      throw new Fault('tool-environment-invalid', `"${name}" cannot be set for a tool. Use letters, digits and _.`, {
        retryable: false,
      });
    }
    environment[name] = value;
  }
  return environment;
}
