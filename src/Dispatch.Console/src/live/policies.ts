// Modes and policies of the operator's region, read while their page is open.
import type { PolicyPage } from './contract';
import { reading } from './reading';

export const policies = reading<PolicyPage>('/api/policies');
