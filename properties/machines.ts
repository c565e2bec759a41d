/**
 * The properties of the machines of one function, in one list: by themselves, for what knows instances and asks nothing of them.
 */
import type { Property } from '../checker/decide/property.ts';
import { CHANNEL_PROPERTIES } from './channel.ts';
import { FUNCTION_PROPERTIES } from './function.ts';
import type { FunctionView } from './view.ts';

/** The properties of the machines. Those of the channel say nothing where there is none. */
export const MACHINE_PROPERTIES: readonly Property<FunctionView>[] = [...FUNCTION_PROPERTIES, ...CHANNEL_PROPERTIES];
