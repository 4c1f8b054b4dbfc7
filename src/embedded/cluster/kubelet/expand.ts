/**
 * Kubernetes' `$(NAME)` expansion of commands, arguments and values: `$$` is a dollar that begins nothing, and a name that is
 * not known stays as it is written.
 */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) => (name === undefined ? '$' : (values.get(name) ?? whole)));
}
