/** The names of the tools in the catalogue, for whoever shows them and runs none. */
export const TOOL_NAMES: readonly string[] = ['Bash', 'Read', 'Write', 'Edit', 'Glob', 'Grep'];
