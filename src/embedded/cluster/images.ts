/** What stands for an image on this machine: its entry point. undefined: nothing, the container must bring its own command. */
export type Images = (image: string) => { readonly command: readonly string[] } | undefined;

/** The last part of an image's name without tag and digest: `gcr.io/k8s-prow/clonerefs:v1` is `clonerefs`. */
export function imageName(image: string): string {
  return (image.split('/').at(-1) ?? '').split('@')[0]?.split(':')[0] ?? '';
}
