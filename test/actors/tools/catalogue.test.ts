import { expect, test } from 'vitest';
import { toolSpecs, tools } from '../../../actors/tools/catalogue.ts';
import { TOOL_NAMES } from '../../../actors/tools/names.ts';

test('TOOL-8 the tools are Bash, Read, Write, Edit, Glob and Grep, each under its name', () => {
  expect([...tools.keys()]).toEqual(['Bash', 'Read', 'Write', 'Edit', 'Glob', 'Grep']);
  expect(TOOL_NAMES).toEqual([...tools.keys()]);
  for (const [name, tool] of tools) expect(tool.name).toBe(name);
});

test('TOOL-8 the model is given a JSON Schema of each, made once', () => {
  const specs = toolSpecs();
  expect(toolSpecs()).toBe(specs);
  expect(JSON.parse(JSON.stringify(specs))).toEqual(specs);
  const byName = Object.fromEntries(specs.map((spec) => [spec.name, spec.parameters]));
  const required = Object.entries(byName).map(([name, schema]) => [name, schema.required]);
  expect(Object.fromEntries(required)).toEqual({
    Bash: ['command'],
    Read: ['file_path'],
    Write: ['file_path', 'content'],
    Edit: ['file_path', 'old_string', 'new_string'],
    Glob: ['pattern'],
    Grep: ['pattern'],
  });
  const names = Object.entries(byName).map(([name, schema]) => [
    name,
    Object.keys(schema.properties as object),
  ]);
  expect(Object.fromEntries(names)).toEqual({
    Bash: ['command', 'description', 'timeout', 'run_in_background'],
    Read: ['file_path', 'offset', 'limit'],
    Write: ['file_path', 'content'],
    Edit: ['file_path', 'old_string', 'new_string', 'replace_all', 'expected_replacements'],
    Glob: ['pattern', 'path'],
    Grep: [
      'pattern',
      'path',
      'glob',
      'type',
      'output_mode',
      '-A',
      '-B',
      '-C',
      'context',
      '-n',
      '-i',
      'head_limit',
      'offset',
      'multiline',
    ],
  });
  for (const schema of Object.values(byName)) {
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(schema).not.toHaveProperty('$schema');
  }
});

test('TOOL-8 every parameter is described, and the descriptions tell the limits', () => {
  for (const { parameters, description } of toolSpecs()) {
    expect(description.length).toBeGreaterThan(100);
    for (const property of Object.values(parameters.properties as object))
      expect(property).toHaveProperty('description');
  }
  const told = Object.fromEntries(toolSpecs().map((spec) => [spec.name, spec.description]));
  expect(told.Bash).toMatch(/30000 characters.*120000 ms.*600000/s);
  expect(told.Read).toMatch(/2000 lines.*2000 characters.*30000.*10 MB/s);
  expect(told.Glob).toMatch(/2000 files.*30000/s);
  expect(told.Grep).toMatch(/100 by default.*10000 characters/s);
  expect(told.Edit).toContain('exactly once');
});
