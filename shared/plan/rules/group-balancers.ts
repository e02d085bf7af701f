/** What a group stands behind: in its own region, and each once. */
import type { DraftGroup } from '../draft-groups.ts';
import { type Mistake, type Path, quote } from '../mistakes.ts';
import { targetGroupPattern } from '../schema/balancers.ts';

export const balancerMistakes = (group: DraftGroup, region: string): Mistake[] => [
  ...regionMistakes(group, region),
  ...repeats(group.targetGroups, [...group.path, 'instances', 'targetGroups']),
  ...repeats(group.loadBalancers, [...group.path, 'instances', 'loadBalancers']),
];

function regionMistakes({ path, targetGroups }: DraftGroup, region: string): Mistake[] {
  return targetGroups.flatMap((arn, index) => {
    const other = arn.split(':')[3];
    if (!targetGroupPattern.test(arn) || other === region) return [];
    const message = `the target group is in ${other}; expected one in ${region}, where the stack and its instances are`;
    return [{ path: [...path, 'instances', 'targetGroups', index], message }];
  });
}

const repeats = (values: readonly string[], path: Path): Mistake[] =>
  values.flatMap((value, index) =>
    values.indexOf(value) === index
      ? []
      : [{ path: [...path, index], message: `${quote(value)} is there already; expected each once` }],
  );
