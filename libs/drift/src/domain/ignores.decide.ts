import { IGNORE_RULES_MAX } from '@caisson/contracts';
import { accept, reject, unreachable, type Decider, type Instant } from '@caisson/kernel';
import type { IgnoreRule } from './ignore-rules.js';

/** What can be asked of the rules of a deployment. */
export type IgnoresCommand =
  | {
      readonly type: 'AddRule';
      readonly deploymentId: string;
      readonly rule: IgnoreRule;
      /** Of the tenant's policy. */
      readonly expiryRequired: boolean;
    }
  | { readonly type: 'RemoveRule'; readonly deploymentId: string; readonly ruleId: string };

/** What can have happened to them. */
export type IgnoresEvent =
  | { readonly type: 'RuleAdded'; readonly deploymentId: string; readonly rule: IgnoreRule }
  | { readonly type: 'RuleRemoved'; readonly deploymentId: string; readonly ruleId: string };

/** Why they say no. */
export type IgnoresRejection =
  | { readonly code: 'expiry-required' }
  /** It would end before it begins. */
  | { readonly code: 'expired' }
  | { readonly code: 'too-many-rules'; readonly max: number };

/** The rules that hold; those that ended stay until there is no room. */
export interface IgnoresState {
  readonly rules: readonly IgnoreRule[];
}

/** The decision model of what is ignored in one deployment. */
export const ignoresDecider: Decider<IgnoresState, IgnoresCommand, IgnoresEvent, IgnoresRejection> = {
  initialState: { rules: [] },
  decide: ({ rules }, command) => {
    switch (command.type) {
      case 'AddRule': {
        const { deploymentId, expiryRequired, rule } = command;
        if (rules.some(({ id }) => id === rule.id)) return accept();
        if (rule.expiresAt === undefined && expiryRequired) return reject({ code: 'expiry-required' });
        if (rule.expiresAt !== undefined && rule.expiresAt <= rule.addedAt) return reject({ code: 'expired' });
        if (standing(rules, rule.addedAt).length >= IGNORE_RULES_MAX) {
          return reject({ code: 'too-many-rules', max: IGNORE_RULES_MAX });
        }
        return accept({ type: 'RuleAdded', deploymentId, rule });
      }
      case 'RemoveRule': {
        const { deploymentId, ruleId } = command;
        const isThere = rules.some(({ id }) => id === ruleId);
        return isThere ? accept({ type: 'RuleRemoved', deploymentId, ruleId }) : accept();
      }
      default:
        return unreachable(command, 'command about what is ignored');
    }
  },
  evolve: ({ rules }, event) => {
    switch (event.type) {
      case 'RuleAdded':
        return { rules: [...standing(rules, event.rule.addedAt), event.rule] };
      case 'RuleRemoved':
        return { rules: rules.filter(({ id }) => id !== event.ruleId) };
      default:
        return unreachable(event, 'fact about what is ignored');
    }
  },
};

function standing(rules: readonly IgnoreRule[], at: Instant): readonly IgnoreRule[] {
  return rules.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > at);
}
