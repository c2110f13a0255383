/** A route as registered: `:name` stands for one segment, a final `*` for any rest. */
interface KnownRoute {
  readonly methods: ReadonlySet<string>;
  readonly segments: readonly string[];
}

/**
 * Knows every registered route, to tell "no such address" from "not with this method". Asked only when no route
 * matched, so it may be linear in the routes.
 */
export class RouteTable {
  private readonly routes: KnownRoute[] = [];

  /** Learns a route when it is registered. */
  add(method: string | readonly string[], url: string): void {
    this.routes.push({ methods: new Set(typeof method === 'string' ? [method] : method), segments: url.split('/') });
  }

  /** The methods of the routes that match a path, sorted; empty when there is none. */
  methodsOf(path: string): readonly string[] {
    const segments = path.split('/');
    const found = this.routes
      .filter((route) => matches(route.segments, segments))
      .flatMap(({ methods }) => [...methods]);
    return [...new Set(found)].sort();
  }
}

function matches(route: readonly string[], path: readonly string[]): boolean {
  const isOpen = route.at(-1) === '*';
  if (isOpen ? path.length < route.length : path.length !== route.length) return false;
  return route.every((segment, index) => {
    const given = path[index] ?? '';
    return segment === '*' || (segment.startsWith(':') ? given !== '' : segment === given);
  });
}
