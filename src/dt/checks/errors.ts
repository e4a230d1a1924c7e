// Findings that make a source unfit to be compiled, as errors of the compiler.
import { DtError, type DtCode } from '../error';
import { DTC_RULES } from './dtc/table';
import type { Finding } from './finding';

const CODES: Readonly<Record<string, DtCode>> = {
  duplicate_node_names: 'duplicate-node',
  duplicate_property_names: 'duplicate-property',
  node_name_chars: 'name-characters',
  node_name_format: 'name-characters',
  property_name_chars: 'name-characters',
  name_is_string: 'name-property',
  name_properties: 'name-property',
  duplicate_label: 'duplicate-label',
  explicit_phandles: 'phandle',
  phandle_references: 'reference',
  path_references: 'reference',
};

/** @returns the error of a finding; none when it is no error. */
export function structureError(finding: Finding): DtError[] {
  const { id, severity, path, property, message, span } = finding;
  // Without a node it only says that a check did not run.
  if (severity !== 'error' || path === undefined) return [];
  const about = DTC_RULES.find(rule => rule.id === id)?.about ?? '';
  const text = `${path}${property === undefined ? '' : `:${property}`}: ${message.trim()} [${id}]. ${about}`;
  return [new DtError(CODES[id] ?? 'check', text, span ? { kind: 'source', span } : { kind: 'node', path }, finding)];
}
