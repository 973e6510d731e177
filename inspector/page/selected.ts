/** The actor that a person looks at. */
export interface Selected {
  root: string;
  path: string;
}
