/**
 * Filters that the sandbox must apply itself, since it changes the value that they look at.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html
 */
export interface Filter {
  name: string;
  values: string[];
}

/** Splits the filters of a call by name into those taken and the parameters without them. */
export function takeFilters(
  parameters: URLSearchParams,
  names: readonly string[],
): { taken: Filter[]; rest: URLSearchParams } {
  const all = readFilters(parameters);
  const rest = new URLSearchParams([...parameters].filter(([key]) => !key.startsWith('Filter.')));
  all
    .filter(({ name }) => !names.includes(name))
    .forEach(({ name, values }, index) => {
      rest.set(`Filter.${index + 1}.Name`, name);
      for (const [position, value] of values.entries()) {
        rest.set(`Filter.${index + 1}.Value.${position + 1}`, value);
      }
    });
  return { taken: all.filter(({ name }) => names.includes(name)), rest };
}

function readFilters(parameters: URLSearchParams): Filter[] {
  const filters = new Map<string, Filter>();
  for (const [key, value] of parameters) {
    const [, number, field] = /^Filter\.(\d+)\.(Name|Value\.\d+)$/.exec(key) ?? [];
    if (number === undefined || field === undefined) continue;
    const filter = filters.get(number) ?? { name: '', values: [] };
    filters.set(number, filter);
    if (field === 'Name') filter.name = value;
    else filter.values.push(value);
  }
  return [...filters.values()];
}

/** Values are compared with case; `*` stands for any characters, `?` for one, `\` takes that away. */
export function matchesFilter({ values }: Filter, candidates: readonly string[]): boolean {
  return values.some((value) => candidates.some((candidate) => patternOf(value).test(candidate)));
}

function patternOf(value: string): RegExp {
  const source = value.replace(/\\?[\s\S]/g, (part) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    return (part.length === 2 ? part.slice(1) : part).replace(/[.*+?^${}()|[\]\\/-]/, '\\$&');
  });
  return new RegExp(`^${source}$`);
}
