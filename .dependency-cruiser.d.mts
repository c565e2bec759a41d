import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser';

export const LAYERS: Readonly<Record<string, readonly string[]>>;
declare const configuration: { readonly forbidden: IForbiddenRuleType[]; readonly options: ICruiseOptions };
export default configuration;

/** The pattern of a path or a module name, as dependency-cruiser resolves it. */
export function patternOf(name: string): string;
