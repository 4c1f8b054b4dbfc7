export function assetsFolder(): string;
export function complete(folder: string): boolean;
