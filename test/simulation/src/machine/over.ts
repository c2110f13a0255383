/** A port with some of its methods replaced. */
export function over<Port extends object>(port: Port, replaced: Partial<Port>): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const found: unknown = Reflect.get(name in replaced ? replaced : target, name);
      return typeof found === 'function' && !(name in replaced) ? (found.bind(target) as unknown) : found;
    },
  });
}
