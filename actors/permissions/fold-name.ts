/**
 * The form in which names are compared with protected ones. Some file systems take `.SIGNALBOX`, or a
 * spelling with other code points, for `.signalbox`; asking about a name that this machine keeps apart
 * costs a question, the other mistake costs the tokens.
 */
export function foldName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}
